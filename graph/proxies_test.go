package graph

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"latchkey/internal/testhost"
)

// sentFrom is a request of a connection from remote.
func sentFrom(remote string, forwarded ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	r.RemoteAddr = remote
	r.Header["X-Forwarded-For"] = forwarded
	return r
}

func TestTheAddressIsThatOfTheConnection(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"127.0.0.1:5173":                "127.0.0.1",
		"[::1]:80":                      "::1",
		"[2001:DB8:0:0::1]:80":          "2001:db8::1",
		"[::ffff:192.0.2.1]:80":         "192.0.2.1",
		"[fe80::1%eth0]:80":             "fe80::1",
		"example.org:80":                "",
		"@":                             "", // of a socket in the file system
		"":                              "",
		"[::ffff:192.0.2.1%eth0.10]:80": "192.0.2.1",
	} {
		if got := (&proxies{}).client(sentFrom(remote)); got != want {
			t.Errorf("from %q it is %q, want %q", remote, got, want)
		}
	}
}

func TestForwardedAddressesCountOnlyFromTrustedProxies(t *testing.T) {
	t.Parallel()
	p := &proxies{
		trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48")},
		log:     slog.New(slog.DiscardHandler),
	}
	for name, c := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"of a stranger":                          {"203.0.113.9:1", []string{"198.51.100.1"}, "203.0.113.9"},
		"of a stranger who names a proxy":        {"203.0.113.9:1", []string{"198.51.100.1, 10.0.0.1"}, "203.0.113.9"},
		"of a proxy":                             {"10.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		"of a proxy over IPv6":                   {"[2001:db8:ffff::1]:1", []string{"2001:db8::7"}, "2001:db8::7"},
		"of a proxy in mapped form":              {"[::ffff:10.0.0.1]:1", []string{"198.51.100.1"}, "198.51.100.1"},
		"none of a proxy":                        {"10.0.0.1:1", nil, "10.0.0.1"},
		"an empty one of a proxy":                {"10.0.0.1:1", []string{""}, "10.0.0.1"},
		"what the client made up is to the left": {"10.0.0.1:1", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		"even if it is a proxy's":                {"10.0.0.1:1", []string{"10.0.0.7, 198.51.100.1"}, "198.51.100.1"},
		"two proxies":                            {"10.0.0.1:1", []string{"1.1.1.1, 198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		"two headers":                            {"10.0.0.1:1", []string{"1.1.1.1", "198.51.100.1"}, "198.51.100.1"},
		"proxies only":                           {"10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"with a port":                            {"10.0.0.1:1", []string{"198.51.100.1:4711"}, "198.51.100.1"},
		"IPv6 with a port":                       {"10.0.0.1:1", []string{"[2001:db8::7]:4711"}, "2001:db8::7"},
		"IPv6 in brackets":                       {"10.0.0.1:1", []string{"[2001:db8::7]"}, "2001:db8::7"},
		"no address":                             {"10.0.0.1:1", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		"no address behind a second proxy":       {"10.0.0.1:1", []string{"198.51.100.1, <script>, 10.0.0.2"}, "10.0.0.2"},
	} {
		if got := p.client(sentFrom(c.remote, c.forwarded...)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAProxyThatIsNotTrustedIsToldOnce(t *testing.T) {
	t.Parallel()
	log := &testhost.Log{}
	p := &proxies{log: slog.New(slog.NewTextHandler(log, nil)), trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}}
	p.client(sentFrom("10.0.0.1:1", "198.51.100.1"))
	p.client(sentFrom("10.0.0.2:1"))
	if log.String() != "" {
		t.Errorf("told without a reason: %s", log)
	}
	for range 3 {
		p.client(sentFrom("10.0.0.2:1", "hunter2"))
	}
	if log.Count("LATCHKEY_TRUSTED_PROXIES") != 1 || log.Count("hunter2") != 0 {
		t.Errorf("the log says:\n%s", log)
	}
}

// Whatever a proxy or a stranger sends: the address is one, and if the connection is not a trusted proxy's it is that of the
// connection.
func FuzzXForwardedFor(f *testing.F) {
	for _, forwarded := range []string{"198.51.100.1", "1.1.1.1, 10.0.0.2", "[::1]:80, ,", "::ffff:10.0.0.1", ",,,", "fe80::1%eth0", "[[::1]]"} {
		f.Add("10.0.0.1:1", forwarded)
		f.Add("203.0.113.9:1", forwarded)
	}
	p := &proxies{trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, log: slog.New(slog.DiscardHandler)}
	f.Fuzz(func(t *testing.T, remote, forwarded string) {
		got := p.client(sentFrom(remote, forwarded))
		direct := p.client(sentFrom(remote))
		if got == "" {
			if direct != "" {
				t.Fatalf("%q is lost", direct)
			}
			return
		}
		address, err := netip.ParseAddr(got)
		if err != nil || address.Zone() != "" || address.Is4In6() || address.String() != got {
			t.Fatalf("%q is no address", got)
		}
		if own := netip.MustParseAddr(direct); !p.trust(own) && got != direct {
			t.Fatalf("%q, though the connection is %q's", got, direct)
		}
	})
}

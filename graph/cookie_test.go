package graph

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"latchkey/internal/auth"
)

func TestMatches(t *testing.T) {
	t.Parallel()
	const exact, anyPort, ipv6 = "https://id.example.org", "http://localhost:*", "http://[::1]:*"
	for _, c := range []struct {
		pattern, origin string
		want            bool
	}{
		{exact, "https://id.example.org", true},
		{exact, "https://id.example.org:443", false}, // no browser says it like this
		{exact, "https://id.example.org:8443", false},
		{exact, "https://id.example.org/", false},
		{exact, "https://id.example.org.", false},
		{exact, "https://id.example.org.evil.net", false},
		{exact, "https://evil.id.example.org", false},
		{exact, "https://example.org", false},
		{exact, "https://ID.example.org", false},
		{exact, "http://id.example.org", false},
		{exact, " https://id.example.org", false},
		{exact, "null", false},
		{exact, "", false},
		{"https://id.example.org:8443", "https://id.example.org:8443", true},
		{"https://id.example.org:8443", "https://id.example.org", false},
		{"https://id.example.org:8443", "https://id.example.org:84430", false},
		{anyPort, "http://localhost", true},
		{anyPort, "http://localhost:1", true},
		{anyPort, "http://localhost:5173", true},
		{anyPort, "http://localhost:", false},
		{anyPort, "http://localhost::", false},
		{anyPort, "http://localhost::80", false},
		{anyPort, "http://localhost:80:80", false},
		{anyPort, "http://localhost:*", false},
		{anyPort, "http://localhost:-1", false},
		{anyPort, "http://localhost:80 ", false},
		{anyPort, "http://localhost:٣", false},
		{anyPort, "http://localhost80", false},
		{anyPort, "http://localhost.evil.net", false},
		{anyPort, "http://localhost.evil.net:80", false},
		{anyPort, "http://localhost:80.evil.net", false},
		{anyPort, "http://localhost:80.evil.net:80", false},
		{anyPort, "http://localhost:80@evil.net", false},
		{anyPort, "http://localhost:80/", false},
		{anyPort, "http://localhost@evil.net", false},
		{anyPort, "http://evil.localhost:80", false},
		{anyPort, "http://127.0.0.1:80", false},
		{anyPort, "https://localhost:80", false},
		{anyPort, "http://", false},
		{anyPort, "", false},
		{ipv6, "http://[::1]", true},
		{ipv6, "http://[::1]:80", true},
		{ipv6, "http://[::1]80", false},
		{ipv6, "http://[::1", false},
	} {
		if got := matches(c.pattern, c.origin); got != c.want {
			t.Errorf("matches(%q, %q) is %v", c.pattern, c.origin, got)
		}
	}
}

func TestTrustIsForPagesOfTheOriginsOnTheSameSite(t *testing.T) {
	t.Parallel()
	const own, app = "https://id.example.org", "https://app.example.org"
	allowed := origins{own, app, "http://localhost:*"}
	for name, c := range map[string]struct {
		origin []string
		site   string
		want   bool
	}{
		"the first":                        {[]string{own}, "same-origin", true},
		"the second, on the same site":     {[]string{app}, "same-site", true},
		"any port":                         {[]string{"http://localhost:5173"}, "same-site", true},
		"a browser that does not say more": {[]string{own}, "", true},
		"typed by the user":                {[]string{own}, "none", true},
		"an allowed one, from elsewhere":   {[]string{app}, "cross-site", false},
		"another":                          {[]string{"https://evil.example"}, "same-origin", false},
		"null":                             {[]string{"null"}, "same-origin", false},
		"empty":                            {[]string{""}, "same-origin", false},
		"none":                             {nil, "same-origin", false},
		"two":                              {[]string{own, own}, "same-origin", false},
		"two in one":                       {[]string{own + " " + own}, "same-origin", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Origin": c.origin}
			if c.site != "" {
				header.Set("Sec-Fetch-Site", c.site)
			}
			if got := allowed.trust(header); got != c.want {
				t.Errorf("trusted: %v", got)
			}
			if origins(nil).trust(header) {
				t.Error("trusted without any origin")
			}
		})
	}
}

func TestRequestTakesTheCookieOnlyIfThereIsOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cookies []string
		want    string
	}{
		"none":                       {nil, ""},
		"one":                        {[]string{cookieName + "=abc"}, "abc"},
		"one among others":           {[]string{"a=b; " + cookieName + "=abc; c=d"}, "abc"},
		"an empty one":               {[]string{cookieName + "="}, ""},
		"two":                        {[]string{cookieName + "=abc; " + cookieName + "=def"}, ""},
		"two in two headers":         {[]string{cookieName + "=abc", cookieName + "=def"}, ""},
		"without the prefix":         {[]string{"latchkey_refresh=abc"}, ""},
		"another prefix":             {[]string{"__Secure-latchkey_refresh=abc"}, ""},
		"the prefix in another case": {[]string{"__host-latchkey_refresh=abc"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
			r.Header["Cookie"] = c.cookies
			if got := (&Handler{}).request(r); got.RefreshToken != c.want || got.Cookies {
				t.Errorf("%+v, want %q", got, c.want)
			}
		})
	}
}

func TestSetCookieLeavesItAloneUnlessAnOperationWantsSomething(t *testing.T) {
	t.Parallel()
	recorder := httptest.NewRecorder()
	setCookie(recorder, &auth.Request{Cookies: true, RefreshToken: "abc"})
	if len(recorder.Header()) > 0 {
		t.Errorf("set %v", recorder.Header())
	}
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", maxUserAgent)
	for raw, want := range map[string]string{
		"":                           "",
		"Firefox/1 (Linux; x86)":     "Firefox/1 (Linux; x86)",
		" \tFirefox\t ":              "Firefox",
		"Fire\x00\x1b[31m\x7ffox":    "Fire[31mfox",
		"Fire\r\nfox":                "Firefox",
		"Fire\xfffox\xe2\x82":        "Firefox",
		"Fire\ufffdfox":              "Firefox",
		"Fire\u200bfox\u202e\ufeff":  "Firefox",
		"\xff\xfe":                   "",
		"Ünïcödé 🔑 日本":               "Ünïcödé 🔑 日本",
		long:                         long,
		long + "é":                   long,
		"\x00" + long + "\x00":       long,
		strings.Repeat("🔑", 100_000): strings.Repeat("🔑", maxUserAgent),
	} {
		if got := userAgent(raw); got != want {
			t.Errorf("userAgent(%.40q) is %.40q, want %.40q", raw, got, want)
		}
	}
}

// What is kept has to fit the column, and to be text that every client can show.
func FuzzUserAgent(f *testing.F) {
	f.Add("Firefox/1 (Linux; x86)")
	f.Add(strings.Repeat("x", maxUserAgent-1) + " y")
	f.Add("\xff\u202e\x00" + strings.Repeat("🔑", 300))
	f.Fuzz(func(t *testing.T, raw string) {
		got := userAgent(raw)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxUserAgent || strings.ContainsAny(got, "\x00\r\n\t") {
			t.Errorf("userAgent(%q) is %q", raw, got)
		}
		if again := userAgent(got); again != got {
			t.Errorf("userAgent(%q) is %q, and again %q", raw, got, again)
		}
	})
}

func TestIPAddress(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"127.0.0.1:5173":                "127.0.0.1",
		"[::1]:80":                      "::1",
		"[2001:DB8:0:0::1]:80":          "2001:db8::1",
		"[::ffff:192.0.2.1]:80":         "192.0.2.1",
		"[fe80::1%eth0]:80":             "fe80::1",
		"127.0.0.1":                     "",
		"example.org:80":                "",
		"@":                             "", // of a socket in the file system
		"":                              "",
		"[::ffff:192.0.2.1%eth0.10]:80": "192.0.2.1",
	} {
		if got := ipAddress(remote); got != want {
			t.Errorf("ipAddress(%q) is %q, want %q", remote, got, want)
		}
	}
}

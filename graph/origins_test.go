package graph

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
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

// What a browser goes by (CORS). An answer that a page may not read is answered all the same: nothing in it is secret from
// whoever sends the token, and the cookie does nothing for such a page.
func TestPagesOfTheOriginsMayReadAnswers(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.org"
	h := newTestHandler(t, true)
	send := func(method, origin, body string) http.Header {
		r := httptest.NewRequest(method, "/graphql", strings.NewReader(body))
		r.Header.Set("Origin", origin)
		if method == http.MethodOptions {
			r.Header.Set("Access-Control-Request-Method", http.MethodPost)
			r.Header.Set("Access-Control-Request-Headers", "authorization,content-type,x-of-the-client")
		} else {
			r.Header.Set("Content-Type", "application/json")
		}
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, r)
		return recorder.Header()
	}
	for name, c := range map[string]struct{ method, body string }{
		"an answer":          {http.MethodPost, `{"query":"{ __typename }"}`},
		"an error":           {http.MethodPost, `{"query":"{ me { id } }"}`},
		"a refusal":          {http.MethodPost, "nonsense"},
		"before the request": {http.MethodOptions, ""},
	} {
		got := send(c.method, app, c.body)
		if got.Get("Access-Control-Allow-Origin") != app || got.Get("Access-Control-Allow-Credentials") != "true" {
			t.Errorf("%s: %v", name, got)
		}
		if !strings.Contains(strings.Join(got.Values("Vary"), ", "), "Origin") {
			t.Errorf("%s: a cache could give it to another page: %v", name, got)
		}
		if c.method == http.MethodOptions && got.Get("Access-Control-Allow-Headers") != "authorization,content-type,x-of-the-client" {
			t.Errorf("%s: %v", name, got)
		}
		for _, foreign := range []string{"https://evil.example", "null", app + ".evil.example"} {
			if got := send(c.method, foreign, c.body); got.Get("Access-Control-Allow-Origin") != "" || got.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s, to %s: %v", name, foreign, got)
			}
		}
	}
}

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

// What a browser goes by (CORS): every answer, errors too. An answer that a page may not read is given all the same: nothing in it is
// secret from whoever sends the token, and the cookie does nothing for such a page.
func TestPagesOfTheOriginsMayReadEveryAnswer(t *testing.T) {
	t.Parallel()
	const app, post, json = "https://app.example.org", http.MethodPost, "application/json"
	up := func() bool { return true }
	for _, c := range []struct {
		name, method, contentType, body string
		serving                         func() bool
		status                          int
	}{
		{"an answer", post, json, `{"query":"{ __typename }"}`, up, 200},
		{"an error", post, json, `{"query":"{ me { id } }"}`, up, 200},
		{"a document that is none", post, json, `{"query":"{"}`, up, 200},
		{"an unknown hash", post, json, `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}`, up, 200},
		{"a panic", post, json, `{"query":"{ __typename }"}`, func() bool { panic("hunter2") }, 200},
		{"nonsense", post, json, "nonsense", up, 400},
		{"a GET without a query", http.MethodGet, "", "", up, 400},
		{"a HEAD", http.MethodHead, "", "", up, 405},
		{"a PUT", http.MethodPut, json, "{}", up, 405},
		{"a PATCH", http.MethodPatch, json, "{}", up, 405},
		{"a DELETE", http.MethodDelete, "", "", up, 405},
		{"OPTIONS without a question", http.MethodOptions, "", "", up, 405},
		{"a large body", post, json, strings.Repeat(" ", maxBody+1), up, 413},
		{"a form", post, "application/x-www-form-urlencoded", "query={__typename}", up, 415},
		{"a server without keys", post, json, `{"query":"{ __typename }"}`, func() bool { return false }, 503},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			h.graph.serving = c.serving
			send := func(origin string) *http.Response {
				r := httptest.NewRequest(c.method, "/graphql", strings.NewReader(c.body))
				r.Header.Set("Origin", origin)
				r.Header.Set("Content-Type", c.contentType)
				return h.answer(r)
			}
			got := send(app)
			if got.StatusCode != c.status {
				t.Errorf("status %d", got.StatusCode)
			}
			checkCORS(t, got.Header, app)
			if exposed := got.Header.Get("Access-Control-Expose-Headers"); exposed != "X-Request-Id, Retry-After" {
				t.Errorf("a page can read %q", exposed)
			}
			for _, foreign := range []string{"https://evil.example", "null", app + ".evil.example"} {
				checkNoCORS(t, send(foreign).Header)
			}
		})
	}
}

func TestPagesOfTheOriginsMaySendWhateverTheyLike(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.org"
	h := newTestHandler(t, true)
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		ask := func(origin string) *http.Response {
			r := httptest.NewRequest(http.MethodOptions, "/graphql", nil)
			r.Header.Set("Origin", origin)
			r.Header.Set("Access-Control-Request-Method", method)
			r.Header.Set("Access-Control-Request-Headers", "authorization,content-type,x-of-the-client")
			return h.answer(r)
		}
		got := ask(app)
		checkCORS(t, got.Header, app)
		if got.StatusCode != http.StatusNoContent || got.Header.Get("Access-Control-Allow-Methods") != method ||
			got.Header.Get("Access-Control-Allow-Headers") != "authorization,content-type,x-of-the-client" || got.Header.Get("Access-Control-Max-Age") != "600" {
			t.Errorf("%s: status %d, %v", method, got.StatusCode, got.Header)
		}
		checkNoCORS(t, ask("https://evil.example").Header)
	}
}

func (h *testHandler) answer(r *http.Request) *http.Response {
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	return recorder.Result()
}

func checkCORS(t *testing.T, got http.Header, origin string) {
	t.Helper()
	if got.Get("Access-Control-Allow-Origin") != origin || got.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("%s may not read it: %v", origin, got)
	}
	checkCaches(t, got)
}

func checkNoCORS(t *testing.T, got http.Header) {
	t.Helper()
	for name := range got {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("a foreign page is told %s", name)
		}
	}
	checkCaches(t, got)
}

// checkCaches fails the test if a cache could give an answer to another page.
func checkCaches(t *testing.T, got http.Header) {
	t.Helper()
	if !strings.Contains(strings.Join(got.Values("Vary"), ", "), "Origin") || got.Get("Cache-Control") != "no-store" {
		t.Errorf("a cache could give it to another page: %v", got)
	}
}

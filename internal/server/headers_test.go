package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"latchkey/internal/config"
	"latchkey/internal/testdb"
)

// always are the headers that every answer has (OWASP ASVS 5.0 §3.4), but for those that say so.
var always = map[string]string{
	"Content-Security-Policy":      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
}

const playgroundPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	t.Parallel()
	open := start(t, testdb.SQLite(t))
	closed := start(t, testdb.SQLite(t), func(c *config.Config) { c.Playground = false })
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "NONSENSE"}
	seen := map[int]bool{}
	for _, path := range []string{
		"/graphql", "/graphql?query={me{id}}", "/graphql/", "/.well-known/jwks.json", "/healthz", "/readyz", "/metrics",
		"/", "/playground.js", "/playground.css", "/favicon.svg", "/nothing", "//healthz",
	} {
		for _, method := range methods {
			for name, s := range map[string]*testServer{"with the playground": open, "without": closed} {
				a := s.send(t, method, path, http.Header{"Content-Type": {"application/json"}}, nil)
				seen[a.status] = true
				expectHeaders(t, strings.Join([]string{method, path, name}, " "), a)
			}
		}
	}
	for _, header := range []http.Header{
		{"Origin": {"http://localhost:3000"}, "Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"content-type"}}, // a preflight
		{"Origin": {"https://evil.example"}, "Access-Control-Request-Method": {"POST"}},
	} {
		a := open.send(t, "OPTIONS", "/graphql", header, nil)
		seen[a.status] = true
		expectHeaders(t, "a preflight", a)
	}
	a := open.send(t, "GET", "/.well-known/jwks.json", http.Header{"Range": {"bytes=99999-"}}, nil)
	seen[a.status] = true
	expectHeaders(t, "a range that is not there", a)
	for _, status := range []int{200, 204, 400, 404, 405, 416} {
		if !seen[status] {
			t.Errorf("no answer had the status %d", status)
		}
	}
}

func expectHeaders(t *testing.T, what string, a *answer) {
	t.Helper()
	for name, want := range always {
		got := a.header.Values(name)
		switch {
		case name == "Cross-Origin-Resource-Policy" && a.header.Get("Access-Control-Allow-Origin") == "*":
			want = "cross-origin" // the public keys are for everyone
		case name == "Content-Security-Policy" && isPlayground(what) && a.status < 400:
			want = playgroundPolicy
		}
		if !slices.Equal(got, []string{want}) {
			t.Errorf("%s (%d): %s is %q, want %q", what, a.status, name, got, want)
		}
	}
	for _, name := range []string{"Server", "X-Powered-By", "Strict-Transport-Security"} { // the issuer is not https
		if got := a.header.Values(name); got != nil {
			t.Errorf("%s: %s is %q", what, name, got)
		}
	}
	if a.body != "" && a.header.Get("Content-Type") == "" { // OWASP ASVS 5.0 §4.1.1
		t.Errorf("%s: no Content-Type", what)
	}
}

// isPlayground tells whether what begins with a method and the address of a file of the playground's.
func isPlayground(what string) bool {
	path := strings.Fields(what)[1]
	return path == "/" || strings.HasPrefix(path, "/playground.") || path == "/favicon.svg"
}

// Browsers insist on TLS where the operator says that clients have it, whether it ends here or at a proxy. On a developer's machine they
// would insist on it for all ports.
func TestBrowsersInsistOnTLSWhereTheIssuerHasIt(t *testing.T) {
	t.Parallel()
	for issuer, want := range map[string]string{
		"https://id.example.org":      "max-age=31536000",
		"HTTPS://id.example.org/auth": "max-age=31536000",
		"http://id.example.org":       "",
		"https://localhost:8443":      "",
		"https://127.0.0.1":           "",
		"https://[::1]:8443":          "",
	} {
		s := start(t, testdb.SQLite(t), func(c *config.Config) { c.Issuer = issuer })
		for _, path := range []string{"/graphql", "/", "/healthz", "/.well-known/jwks.json", "/nothing"} {
			if got := s.send(t, "GET", path, nil, nil).header.Get("Strict-Transport-Security"); got != want {
				t.Errorf("%s, %s: %q, want %q", issuer, path, got, want)
			}
		}
	}
}

// What the headers forbid must not keep pages of allowed origins from reading answers, nor any page from the public keys.
func TestSecurityHeadersLeaveCORSAsItIs(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	const origin = "http://localhost:3000"
	a := s.askWith(t, http.Header{"Origin": {origin}}, `{ __typename }`, nil).ok(t)
	if a.header.Get("Access-Control-Allow-Origin") != origin || a.header.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("%v", a.header)
	}
	keys := s.send(t, "GET", "/.well-known/jwks.json", http.Header{"Origin": {"https://anyone.example"}}, nil)
	if keys.header.Get("Access-Control-Allow-Origin") != "*" || keys.header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("%v", keys.header)
	}
}

package server

import (
	"maps"
	"net/http"
	"net/url"

	"latchkey/internal/config"
)

// apiPolicy is for answers that no page is made of. default-src does not stand in for the other three.
const apiPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// oneYear is the least that OWASP ASVS 5.0 §3.4.1 asks for. Subdomains are not included: Latchkey may be on a domain whose
// subdomains are others'.
const oneYear = "max-age=31536000"

// securityHeaders puts on every answer what keeps browsers from making more of it than it is (OWASP ASVS 5.0 §3.4). A handler may
// set its own instead. There is no Permissions-Policy, because no script but the playground's runs on any answer.
func securityHeaders(next http.Handler, c config.Config) http.Handler {
	always := http.Header{
		"Content-Security-Policy":      {apiPolicy},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"}, // not for what CORS allows (Fetch standard)
		"Referrer-Policy":              {"no-referrer"},
		"X-Content-Type-Options":       {"nosniff"},
		"X-Frame-Options":              {"DENY"}, // for browsers that do not know frame-ancestors
	}
	if isHTTPSElsewhere(c.Issuer) {
		always.Set("Strict-Transport-Security", oneYear)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), always) // without an allocation for each: all answers share the values
		next.ServeHTTP(w, r)
	})
}

// isHTTPSElsewhere tells whether clients reach the issuer over TLS, be it this server's or a proxy's, so that browsers may insist
// on it. Not on this machine: they would insist on it for everything that is developed there, whatever its port.
func isHTTPSElsewhere(issuer string) bool {
	u, err := url.Parse(issuer)
	return err == nil && u.Scheme == "https" && !isLoopback(u.Hostname())
}

package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/rs/cors"
)

// origins are patterns of origins; a port may be "*".
type origins []string

// trust tells whether a request comes from a page of one of the origins, and of the same site. A browser always says where a
// POST with JSON comes from; who does not say it is refused. So that a page elsewhere can't make a visitor's browser act, two
// things would have to fail: this, and SameSite.
func (o origins) trust(header http.Header) bool {
	sent := header.Values("Origin")
	return len(sent) == 1 && header.Get("Sec-Fetch-Site") != "cross-site" && o.include(sent[0])
}

func (o origins) include(origin string) bool {
	return slices.ContainsFunc(o, func(pattern string) bool { return matches(pattern, origin) })
}

// matches compares origins as they are serialised (RFC 6454 §6.2).
func matches(pattern, origin string) bool {
	anyPort, wild := strings.CutSuffix(pattern, ":*")
	if !wild {
		return origin == pattern
	}
	port, found := strings.CutPrefix(origin, anyPort)
	digits := strings.TrimPrefix(port, ":")
	return found && (port == "" || (digits != "" && digits != port && strings.Trim(digits, "0123456789") == ""))
}

// newCORS lets pages of the origins send operations, with cookies, and read the answers (CORS, in the Fetch standard).
func newCORS(o origins) *cors.Cors {
	return cors.New(cors.Options{
		AllowOriginFunc: o.include,
		AllowedMethods: []string{ // those refused too: a page may read that GET and POST are taken
			http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		},
		AllowedHeaders:   []string{"*"}, // clients send some of their own
		ExposedHeaders:   []string{"X-Request-Id", "Retry-After"},
		AllowCredentials: true,
		MaxAge:           600, // seconds that a browser may keep the permission
	})
}

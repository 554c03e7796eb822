package graph

import (
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// strangers tells the operator whose pages could not read an answer: whoever sets up a front end sees only a browser's complaint
// about CORS. Each origin is told once. Anyone can send any number of them, so there is an end to it.
type strangers struct {
	allowed origins
	log     *slog.Logger

	mu   sync.Mutex
	told map[string]bool // at most maxStrangers
}

const maxStrangers = 100

// configurable are the origins that the operator could allow. Others are not repeated: what a stranger sends may be anything.
var configurable = regexp.MustCompile(`^https?://([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?$`)

// note tells the origin of a request, if there is something to tell.
func (s *strangers) note(r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" || s.allowed.include(origin) || isSameOrigin(r, origin) {
		return
	}
	if !configurable.MatchString(origin) {
		origin = "null, or neither http nor https"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told[origin] || len(s.told) == maxStrangers {
		return
	}
	if s.told == nil {
		s.told = map[string]bool{}
	}
	s.told[origin] = true
	s.log.WarnContext(r.Context(), "pages of this origin can't read answers; if they should, set LATCHKEY_ALLOWED_ORIGINS", "origin", origin)
	if len(s.told) == maxStrangers {
		s.log.WarnContext(r.Context(), "many origins were refused; no more of them are logged until the next start")
	}
}

// isSameOrigin tells whether a request comes from a page that this server has served, under whatever name. Browsers let such a
// page read everything. A proxy may have changed the host, but not what the browser says itself.
func isSameOrigin(r *http.Request, origin string) bool {
	_, host, _ := strings.Cut(origin, "://")
	return host == r.Host || r.Header.Get("Sec-Fetch-Site") == "same-origin"
}

package graph

import (
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// strangers tells the operator whose pages could not read an answer: whoever sets up a front end sees only a browser's complaint
// about CORS. Each origin is told once an hour. Anyone can send any number of them, so there is an end to it, until the next hour.
type strangers struct {
	allowed origins
	log     *slog.Logger
	now     func() time.Time

	mu    sync.Mutex
	since time.Time
	told  map[string]bool // since then; at most maxStrangers
}

const (
	maxStrangers = 100
	strangersFor = time.Hour
)

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
	if now := s.now(); s.told == nil || now.Sub(s.since) >= strangersFor {
		s.since, s.told = now, map[string]bool{}
	}
	if s.told[origin] || len(s.told) == maxStrangers {
		return
	}
	s.told[origin] = true
	s.log.WarnContext(r.Context(), "pages of this origin can't read answers; if they should, set LATCHKEY_ALLOWED_ORIGINS", "origin", origin)
	if len(s.told) == maxStrangers {
		s.log.WarnContext(r.Context(), "many origins were refused; no more of them are logged within an hour")
	}
}

// isSameOrigin tells whether a request comes from a page that this server has served, under whatever name. Browsers let such a
// page read everything. A proxy may have changed the host, but not what the browser says itself.
func isSameOrigin(r *http.Request, origin string) bool {
	_, host, _ := strings.Cut(origin, "://")
	return host == r.Host || r.Header.Get("Sec-Fetch-Site") == "same-origin"
}

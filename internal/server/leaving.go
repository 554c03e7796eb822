package server

import (
	"net/http"
	"sync/atomic"
	"time"
)

// askedWithin is longer than who sends requests to whom is ready (a balancer, Kubernetes) waits before it asks again.
const askedWithin = 30 * time.Second

// leaving is how a server takes its leave: for a while it says that it is not ready and serves on, so that whoever asks can send requests
// elsewhere before the door is shut. What is sent at that moment would get no answer.
type leaving struct {
	notice time.Duration // zero if no other server could take over
	now    func() time.Time

	asked atomic.Pointer[time.Time] // when somebody asked last whether the server is ready
	begun atomic.Bool
}

// begin returns how long to serve on: not at all if nobody would notice.
func (l *leaving) begin() time.Duration {
	l.begun.Store(true)
	if asked := l.asked.Load(); asked == nil || l.now().Sub(*asked) > askedWithin {
		return 0
	}
	return l.notice
}

// ready answers who asks whether the server is ready; next does, until the end has begun.
func (l *leaving) ready(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := l.now()
		l.asked.Store(&now)
		if l.begun.Load() {
			say(w, http.StatusServiceUnavailable, "stopping")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// closing has clients leave with the answer that they get, once the end has begun. A connection that is closed between two requests may
// have the next one under way already.
func (l *leaving) closing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.begun.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// Package requestid gives every HTTP request an id, by which the client's error, the response and the log lines find each
// other.
package requestid

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"
)

// Header carries the id in the response.
const Header = "X-Request-Id"

// Message is that of the line that is logged of each request.
const Message = "request"

type key struct{}

// FromContext returns the id of the request, or "" outside of one.
func FromContext(ctx context.Context) string {
	id, _ := ctx.Value(key{}).(string)
	return id
}

// Middleware gives each request a new id and logs the request when it is answered. An id that the client sent is not
// used: it could be anything. Nor is the address logged, which may hold a token, but the route that it took.
func Middleware(next http.Handler, log *slog.Logger, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, id := now(), rand.Text()
		w.Header().Set(Header, id)
		ctx := context.WithValue(r.Context(), key{}, id)
		recorder := &recorder{ResponseWriter: w, status: http.StatusInternalServerError} // unless it returns
		routed := r.WithContext(ctx)
		defer func() {
			log.LogAttrs(ctx, slog.LevelInfo, Message,
				slog.String("requestId", id),
				slog.String("method", method(r)),
				slog.String("route", routed.Pattern),
				slog.Int("status", recorder.status),
				slog.Float64("milliseconds", float64(now().Sub(start).Microseconds())/1000),
			)
		}()
		next.ServeHTTP(recorder, routed)
		recorder.returned()
	})
}

// method is that of r, if it is one of HTTP's own (RFC 9110 §9, RFC 5789). What else a client calls it could be anything.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
		http.MethodConnect, http.MethodTrace:
		return r.Method
	default:
		return "other"
	}
}

// recorder remembers the status.
type recorder struct {
	http.ResponseWriter
	status  int
	written bool
}

func (r *recorder) WriteHeader(status int) {
	r.status, r.written = status, true
	r.ResponseWriter.WriteHeader(status)
}

// returned notes that the handler did not panic. One that has set no status has answered with 200.
func (r *recorder) returned() {
	if !r.written {
		r.status = http.StatusOK
	}
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

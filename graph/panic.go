package graph

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// panicked is the error that a panic becomes: a defect, whatever the database and the client do meanwhile.
type panicked string

func (p panicked) Error() string { return string(p) }

// recovered turns a panic into an error, which is presented as every other defect.
//
// What the runtime itself panics with tells of types and numbers. Any other value may hold what was sent, a password perhaps, as the error
// of uuid.Must repeats what is no id. Of it the log gets the type only, and the stack, which has addresses and no text.
func recovered(_ context.Context, reason any) error {
	told := fmt.Sprintf("of %T", reason)
	if own, is := reason.(runtime.Error); is {
		told = own.Error()
	}
	return panicked(fmt.Sprintf("panic: %s\n%s", told, debug.Stack()))
}

// Recovering answers INTERNAL where next panics, and logs that under the id of the request. An answer that has begun is cut off, so that
// nobody takes half of it for all.
func Recovering(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &beginning{ResponseWriter: w}
		defer func() { //nolint:contextcheck // it has that of the request
			reason := recover()
			if reason == nil {
				return
			}
			if reason == http.ErrAbortHandler { //nolint:errorlint // as net/http compares it
				panic(reason)
			}
			shown := presentFailure(r.Context(), log, recovered(r.Context(), reason), nil)
			if answer.begun {
				panic(http.ErrAbortHandler)
			}
			for _, ofTheAnswer := range []string{"Content-Encoding", "Content-Length", "Etag", "Last-Modified"} {
				w.Header().Del(ofTheAnswer)
			}
			w.Header().Set("Cache-Control", "no-store")
			writeBody(w, newType, http.StatusInternalServerError, gqlerror.List{shown}, nil)
		}()
		next.ServeHTTP(answer, r)
	})
}

// beginning notes whether an answer has begun.
type beginning struct {
	http.ResponseWriter
	begun bool
}

func (b *beginning) WriteHeader(status int) {
	b.begun = b.begun || status >= http.StatusOK // not an early hint
	b.ResponseWriter.WriteHeader(status)
}

func (b *beginning) Write(text []byte) (int, error) {
	b.begun = true
	return b.ResponseWriter.Write(text)
}

// Unwrap is for http.ResponseController.
func (b *beginning) Unwrap() http.ResponseWriter { return b.ResponseWriter }

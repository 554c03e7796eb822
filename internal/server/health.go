package server

import (
	"context"
	"io"
	"net/http"
	"time"

	"latchkey/internal/keys"
	"latchkey/internal/store"
)

// readyLimit is how long a database may take to answer before the server is not ready.
const readyLimit = 2 * time.Second

const silent = "the database does not answer"

// healthz says that the process is up: restart it otherwise.
func healthz(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") }

// readyz says whether the server can serve: send it no requests otherwise.
func readyz(db *store.DB, ring *keys.Ring) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if db.Answering().Err() != nil { // nothing is served until that is over, though the database may be back
			say(w, http.StatusServiceUnavailable, silent)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), readyLimit)
		defer cancel()
		migrated, err := db.Migrated(ctx)
		switch {
		case err != nil:
			say(w, http.StatusServiceUnavailable, silent)
		case !migrated:
			say(w, http.StatusServiceUnavailable, "migrations are pending")
		case ring.Ready(ctx) != nil: // the log says more
			say(w, http.StatusServiceUnavailable, "the keys are not those of the database")
		default:
			say(w, http.StatusOK, "ready")
		}
	}
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}

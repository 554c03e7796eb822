package server

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"latchkey/internal/config"
	"latchkey/internal/keys"
	"latchkey/internal/store"
)

// openKeys returns the keys of the database. Where migrations may be pending, they may still have to be found.
func openKeys(ctx context.Context, c config.Config, db *store.DB, host Host) (*keys.Ring, error) {
	ring, err := keys.Open(ctx, keys.Config{
		DB: db, Dir: c.KeysDir, Algorithm: c.JWTAlg, AccessTTL: c.AccessTTL, Now: host.Now,
	}, host.Log)
	if err != nil && !c.AutoMigrate && store.Unavailable(err) {
		return ring, nil
	}
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	if all := ring.Public(); all[len(all)-1].Algorithm != c.JWTAlg {
		host.Log.Warn("the signing key is for another algorithm than LATCHKEY_JWT_ALG: run `latchkey keys rotate`",
			"configured", c.JWTAlg, "newest", all[len(all)-1].Algorithm)
	}
	return ring, nil
}

// follow lets the ring follow the records, also while the last requests are answered, until the function that it returns is
// called.
func follow(ctx context.Context, ring *keys.Ring) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		ring.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// noKeys is UNAVAILABLE as internal/graph says it.
const noKeys = `{"errors":[{"message":"The server can't do this at the moment. Nothing was changed.",` +
	`"extensions":{"code":"UNAVAILABLE","retryAfter":1}}]}`

// whileServing keeps operations from beginning before there are keys to end them with: an account, say, that is
// made and then can't be signed in.
func whileServing(ring *keys.Ring, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ring.Serving() {
			next.ServeHTTP(w, r)
			return
		}
		media := "application/graphql-response+json"
		if accept := r.Header.Get("Accept"); accept != "" && !strings.Contains(accept, media) && !strings.Contains(accept, "*") {
			media = "application/json"
		}
		w.Header().Set("Content-Type", media+"; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, noKeys)
	})
}

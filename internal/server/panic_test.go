package server_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"latchkey/internal/server"
	"latchkey/internal/testdb"
	"latchkey/internal/testhost"
	"latchkey/internal/testleak"
)

// The clock panics when GraphQL's handler asks it who was told of a stranger's origin: before any operation, where gqlgen does not look.
func TestPanicBeforeAnyOperationIsInternal(t *testing.T) {
	t.Parallel()
	now := func() time.Time {
		if bytes.Contains(debug.Stack(), []byte("strangers")) {
			panic(marker)
		}
		return time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	}
	s := &testServer{client: testleak.Client(t), log: &testhost.Log{}}
	s.config = defaults(t, testdb.SQLite(t))
	testleak.Server(t, s.log.String, s.config.DatabaseURL, s.config.KeysDir)
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- server.Run(ctx, s.config, server.Host{
			Log: slog.New(slog.NewJSONHandler(s.log, nil)), Now: now, Timeout: noLimit, HashCost: testhost.CheapHash,
			Ready: func(addr net.Addr) { ready <- addr },
		})
	}()
	select {
	case addr := <-ready:
		s.url = "http://" + addr.String()
	case err := <-ended:
		t.Fatal(err)
	}
	a := s.askWith(t, http.Header{"Origin": {"https://stranger.example.net"}}, me, nil).refused(t, "INTERNAL")
	id := a.header.Get("X-Request-Id")
	if a.status != http.StatusInternalServerError || id == "" || a.Errors[0].Extensions["requestId"] != id {
		t.Errorf("status %d: %s", a.status, a.body)
	}
	s.ask(t, "", me, nil).refused(t, "UNAUTHENTICATED reason=MISSING") // the others are served
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if s.log.Count(id) != 2 || s.log.Count("internal error") != 1 || strings.Contains(s.log.String()+a.body, marker) {
		t.Errorf("answered %s, logged %s", a.body, s.log)
	}
}

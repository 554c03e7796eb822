package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"latchkey/internal/testleak"
)

func TestAServerThatIsToldToStopSaysSoWhileItServesOn(t *testing.T) {
	t.Parallel()
	s := beginServe(t, time.Hour)
	s.expect(t, "/readyz", http.StatusOK, false)
	s.stop()
	<-s.stopping
	for range 2 { // new connections too: each answer closes its own
		s.expect(t, "/readyz", http.StatusServiceUnavailable, true)
		s.expect(t, "/graphql", http.StatusOK, true)
	}
	if err := s.server.Close(); err != nil {
		t.Error(err)
	}
	if err := <-s.ended; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}

// Nobody would notice, and somebody waits: a person at a terminal, the next version of a SQLite file.
func TestAServerThatNobodyAsksWhetherItIsReadyStopsAtOnce(t *testing.T) {
	t.Parallel()
	for name, asked := range map[string]func(*serving){
		"never":                func(*serving) {},
		"long ago":             func(s *serving) { s.expect(t, "/readyz", http.StatusOK, false); s.now = s.now.Add(31 * time.Second) },
		"the database is ours": func(s *serving) { s.expect(t, "/readyz", http.StatusOK, false); s.leaving.notice = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := beginServe(t, time.Hour)
			s.expect(t, "/graphql", http.StatusOK, false)
			asked(s)
			s.stop()
			if err := <-s.ended; err != nil { // in an hour, if at all
				t.Error(err)
			}
		})
	}
}

// serving is a server of which only the serving is real.
type serving struct {
	server   *http.Server
	leaving  *leaving
	now      time.Time
	url      string
	client   *http.Client
	stop     func()
	stopping chan struct{}
	ended    chan error
}

func beginServe(t *testing.T, notice time.Duration) *serving {
	t.Helper()
	s := &serving{client: testleak.Client(t), now: time.Unix(0, 0), stopping: make(chan struct{}), ended: make(chan error, 1)}
	s.leaving = &leaving{notice: notice, now: func() time.Time { return s.now }}
	host := Host{Log: slog.New(told{slog.DiscardHandler, s.stopping})}
	well := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "well") })
	mux := http.NewServeMux()
	mux.Handle("/readyz", s.leaving.ready(well))
	mux.Handle("/graphql", well)
	s.server = newServer(s.leaving.closing(mux), host)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	go func() { s.ended <- serve(ctx, s.server, listener, s.leaving, host, false) }()
	return s
}

func (s *serving) expect(t *testing.T, path string, status int, closed bool) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status || response.Close != closed {
		t.Errorf("%s: %d %q, %v, the connection is closed: %v; want %d and %v", path, response.StatusCode, text, err, response.Close, status, closed)
	}
}

// told is a log that tells when the end has begun.
type told struct {
	slog.Handler
	stopping chan struct{}
}

func (told) Enabled(context.Context, slog.Level) bool { return true }

func (h told) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "stopping" {
		close(h.stopping)
	}
	return nil
}

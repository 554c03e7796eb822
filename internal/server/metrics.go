package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"latchkey/graph"
	"latchkey/internal/auth"
	"latchkey/internal/config"
	"latchkey/internal/metrics"
	"latchkey/internal/password"
	"latchkey/internal/store"
)

// watch has watched look at what has numbers of its own.
func watch(watched *metrics.Metrics, db *store.DB, passwords *password.Hasher, rules *auth.Service, host Host) {
	for name, pool := range db.Pools() {
		watched.Pool(name, pool)
	}
	var ofGraphQL []string
	for _, limit := range graph.Limits {
		ofGraphQL = append(ofGraphQL, string(limit))
	}
	watched.Limits(ofGraphQL, auth.Limits())
	passwords.Joined = watched.HashQueue(passwords.Length, host.Now)
	watched.Rows(func(ctx context.Context) (users, sessions int, err error) {
		users, sessions, err = rules.Count(ctx)
		return users, sessions, store.Redact(err)
	}, host.Now, host.Log)
}

const (
	scrapeLimit = 10 * time.Second // for Prometheus to ask, and again to read the answer
	scrapeIdle  = 2 * time.Minute  // between two times that it asks
)

// metricsServer serves /metrics and nothing else, on an address of its own: nobody but the operator is to read it.
type metricsServer struct {
	listener net.Listener // nil if it is switched off
	server   *http.Server
	log      *slog.Logger
}

func newMetricsServer(ctx context.Context, c config.Config, watched *metrics.Metrics, log *slog.Logger) (*metricsServer, error) {
	if c.MetricsAddr == "off" {
		return &metricsServer{}, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.MetricsAddr)
	if err != nil {
		return nil, fmt.Errorf("LATCHKEY_METRICS_ADDR (--metrics-addr): %w; another address will do, or off", err)
	}
	log.Info("metrics are served", "metrics", "http://"+listener.Addr().String()+"/metrics")
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", watched.Handler())
	return &metricsServer{
		listener: listener,
		server: &http.Server{
			Handler:           mux,
			ReadHeaderTimeout: scrapeLimit,
			ReadTimeout:       scrapeLimit,
			WriteTimeout:      2 * scrapeLimit, // counts from the end of the header, and the database may hang
			IdleTimeout:       scrapeIdle,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		},
		log: log,
	}, nil
}

// run is a task of the background: it serves until ctx is done, and then answers who has asked. Requests do not depend on it.
func (m *metricsServer) run(ctx context.Context) {
	if m.listener == nil {
		return
	}
	failed := make(chan error, 1)
	go func() { failed <- m.server.Serve(m.listener) }()
	select {
	case err := <-failed:
		m.log.Error("metrics are not served any more", "cause", err)
		return
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), scrapeLimit)
	defer cancel()
	if m.server.Shutdown(draining) != nil {
		_ = m.server.Close() // what is left was cut off
	}
}

package metrics

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Pool watches a pool of database connections.
func (m *Metrics) Pool(name string, pool *sql.DB) {
	m.registry.MustRegister(collectors.NewDBStatsCollector(pool, name))
}

// Copy watches whether the copy of the blocked ids is complete.
func (m *Metrics) Copy(complete func() bool) {
	m.gauge("blocked_copy_complete", "1 if Redis has all blocked ids, else 0.", func() float64 {
		if complete() {
			return 1
		}
		return 0
	})
}

const (
	countEvery = 5 * time.Minute // because it takes the database some time: see docs/operations.md
	countLimit = 5 * time.Second // of a database that hangs; Prometheus waits for 10 s
)

// Count tells how many accounts and sessions there are.
type Count func(context.Context) (users, sessions int, err error)

// Rows watches how many accounts and sessions the database has: count is called when somebody asks, at most once in 5 minutes.
// After an error, which goes to log, there are no numbers until it works again: old ones would look like new ones.
func (m *Metrics) Rows(count Count, now func() time.Time, log *slog.Logger) {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc(namespace+"_"+name, help, nil, nil)
	}
	m.registry.MustRegister(&rows{
		count: count, now: now, log: log,
		users: desc("users", "Accounts, as of some time in the last 5 minutes."), sessions: desc("sessions", "Sessions, as of some time in the last 5 minutes."),
	})
}

type rows struct {
	count           Count
	now             func() time.Time
	log             *slog.Logger
	users, sessions *prometheus.Desc

	mu    sync.Mutex
	at    time.Time // of the last count
	known []prometheus.Metric
}

var _ prometheus.Collector = (*rows)(nil)

// Describe sends what Collect may send.
func (r *rows) Describe(to chan<- *prometheus.Desc) {
	to <- r.users
	to <- r.sessions
}

// Collect sends what is known.
func (r *rows) Collect(to chan<- prometheus.Metric) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.now(); r.at.IsZero() || now.Sub(r.at) >= countEvery {
		r.at, r.known = now, r.counted()
	}
	for _, metric := range r.known {
		to <- metric
	}
}

func (r *rows) counted() []prometheus.Metric {
	ctx, cancel := context.WithTimeout(context.Background(), countLimit)
	defer cancel()
	users, sessions, err := r.count(ctx)
	if err != nil {
		r.log.Warn("accounts and sessions can't be counted for the metrics, trying again in 5 minutes", "cause", err)
		return nil
	}
	return []prometheus.Metric{
		prometheus.MustNewConstMetric(r.users, prometheus.GaugeValue, float64(users)),
		prometheus.MustNewConstMetric(r.sessions, prometheus.GaugeValue, float64(sessions)),
	}
}

package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// hashes is the queue in front of the password hash.
type hashes struct {
	seconds    prometheus.Histogram
	turnedAway prometheus.Counter
}

func newHashes() hashes {
	return hashes{
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Name: "hash_wait_seconds", Help: "Time that passwords waited for their turn to be hashed.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}),
		turnedAway: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "hash_turned_away_total", Help: "Passwords that were not hashed because too many waited.",
		}),
	}
}

// HashQueue watches a queue, whose numbers length tells at any time. What it returns is called when a password joins it; what that
// returns, when its turn has come, or with served false when it was turned away.
func (m *Metrics) HashQueue(length func() (waiting, running int), now func() time.Time) (joined func() func(served bool)) {
	m.gauge("hashes_waiting", "Passwords that wait to be hashed.", func() float64 { waiting, _ := length(); return float64(waiting) })
	m.gauge("hashes_running", "Passwords that are hashed now.", func() float64 { _, running := length(); return float64(running) })
	return func() func(bool) {
		start := now()
		return func(served bool) {
			if served {
				m.hashes.seconds.Observe(now().Sub(start).Seconds())
			} else {
				m.hashes.turnedAway.Inc()
			}
		}
	}
}

package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// operations counts GraphQL requests. What Observe needs for one is looked up with one map access and no allocation: me is answered
// tens of thousands of times a second.
type operations struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec

	mu    *sync.RWMutex
	known map[series]seen // as many as there are root fields times codes
}

type series struct{ operation, code string }

type seen struct {
	count   prometheus.Counter
	seconds prometheus.Observer
}

func newOperations() operations {
	return operations{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "graphql_requests_total", Help: "Requests, by the root field and the code of the first error.",
		}, []string{"operation", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "graphql_request_duration_seconds", Help: "Time until the answer was written, by the root field.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"operation"}),
		mu: new(sync.RWMutex), known: map[series]seen{},
	}
}

// Observe counts a GraphQL request that took so long. See graph.Options for what operation and code can be.
func (m *Metrics) Observe(operation, code string, took time.Duration) {
	o, key := m.operations, series{operation, code}
	o.mu.RLock()
	s, known := o.known[key]
	o.mu.RUnlock()
	if !known {
		s = seen{count: o.requests.WithLabelValues(operation, code), seconds: o.seconds.WithLabelValues(operation)}
		o.mu.Lock()
		o.known[key] = s
		o.mu.Unlock()
	}
	s.count.Inc()
	s.seconds.Observe(took.Seconds())
}

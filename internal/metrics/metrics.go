// Package metrics counts what a server does, for Prometheus. It is the only package that knows the Prometheus library, and knows
// of ours nothing but audit: the wiring hands it what it watches.
//
// No label holds anything that was sent: operations are root fields of the schema, everything else is a constant of ours. So
// nobody can make the series many, or have a secret in one.
package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const namespace = "latchkey"

// Metrics are those of one server, in a registry of their own. Safe for concurrent use.
type Metrics struct {
	registry   *prometheus.Registry
	operations operations
	events     events
	hashes     hashes
	refused    *prometheus.CounterVec
}

// New returns the Metrics of a server that has done nothing yet.
func New() *Metrics {
	m := &Metrics{
		registry:   prometheus.NewRegistry(),
		operations: newOperations(),
		events:     newEvents(),
		hashes:     newHashes(),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "graphql_refused_total", Help: "Requests that a limit of GraphQL's refused.",
		}, []string{"limit"}),
	}
	m.registry.MustRegister(
		m.operations.requests, m.operations.seconds, m.events.opened, m.events.ended, m.events.logins, m.events.throttled, m.hashes.seconds,
		m.hashes.turnedAway, m.refused, collectors.NewGoCollector(), collectors.NewBuildInfoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// scrapes is how many are answered at once: two Prometheus servers, and somebody with curl.
const scrapes = 3

// Handler serves them. Who comes when as many as that are asking gets 503.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: scrapes})
}

// Limits has the counters of these limits begin with 0, so that the first refusal is seen as an increase.
func (m *Metrics) Limits(ofGraphQL, ofThrottle []string) {
	for _, limit := range ofGraphQL {
		m.refused.WithLabelValues(limit)
	}
	for _, limit := range ofThrottle {
		m.events.throttled.WithLabelValues(limit)
	}
}

// GraphQLRefused counts a document that a limit has refused. The limits are constants.
func (m *Metrics) GraphQLRefused(limit string) { m.refused.WithLabelValues(limit).Inc() }

// gauge registers what read says at the moment of asking.
func (m *Metrics) gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, read))
}

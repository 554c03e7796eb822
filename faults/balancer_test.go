//go:build faults

package faults_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/testleak"
)

// HAProxy's defaults, which docs/operations.md asks for at least.
const (
	askEvery  = 2 * time.Second
	downAfter = 3 // answers, one after the other
)

// balancer sends each request to the next server that is ready, once: what fails there has failed.
type balancer struct {
	mu      sync.Mutex
	servers []*balanced
	turn    int
}

type balanced struct {
	addr      string
	transport *http.Transport
	ready     bool
	failures  int
	requests  int
}

func newBalancer(t testing.TB, servers ...*process) (*balancer, client) {
	t.Helper()
	b := &balancer{}
	for _, s := range servers {
		b.add(t, s)
	}
	return b, client{url: "http://balancer.invalid", http: &http.Client{Timeout: time.Minute, Transport: testleak.Over(t, b)}}
}

// add has it know another server, which it asks from now on. It returns once the server is ready.
func (b *balancer) add(t testing.TB, s *process) *balanced {
	t.Helper()
	server := &balanced{addr: strings.TrimPrefix(s.url, "http://"), transport: &http.Transport{MaxIdleConnsPerHost: 1000}}
	b.mu.Lock()
	b.servers = append(b.servers, server)
	b.mu.Unlock()
	ctx, stop := context.WithCancel(context.Background())
	var asking sync.WaitGroup
	t.Cleanup(func() {
		stop()
		asking.Wait()
		server.transport.CloseIdleConnections()
	})
	first := make(chan struct{})
	found := sync.OnceFunc(func() { close(first) })
	asking.Go(func() {
		for tick := time.NewTicker(askEvery); ; {
			b.note(server, s.ready(), found)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
	<-first
	return server
}

func (b *balancer) note(server *balanced, ready bool, found func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case ready && !server.ready:
		server.ready, server.failures = true, 0
		found()
	case ready:
		server.failures = 0
	default:
		if server.failures++; server.failures == downAfter {
			server.ready = false
		}
	}
}

// RoundTrip sends r on.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	server := b.next()
	if server == nil {
		return nil, http.ErrServerClosed
	}
	sent := r.Clone(r.Context())
	sent.URL.Host = server.addr
	return server.transport.RoundTrip(sent)
}

func (b *balancer) next() *balanced {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range b.servers {
		b.turn++
		if server := b.servers[b.turn%len(b.servers)]; server.ready {
			server.requests++
			return server
		}
	}
	return nil
}

// sentTo is how many requests a server has had.
func (b *balancer) sentTo(server *balanced) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return server.requests
}

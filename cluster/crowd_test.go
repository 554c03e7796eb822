//go:build cluster

package cluster_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// crowd are people who do one thing after the other through the proxy, and check each answer.
type crowd struct {
	t       testing.TB
	proxy   client
	servers []*server // asked past the proxy, whether they accept what was taken back
	people  []*person

	mu     sync.Mutex
	events []event

	stop  chan struct{}
	group sync.WaitGroup
}

// event is one operation and what became of it.
type event struct {
	kind       string
	start, end time.Time
	answer
}

// pause is between two operations: the load is people, and what the test is about needs the processor too.
const pause = 40 * time.Millisecond

func newCrowd(t testing.TB, proxy client, servers []*server, size int) *crowd {
	t.Helper()
	c := &crowd{t: t, proxy: proxy, servers: servers, stop: make(chan struct{})}
	for i := range size {
		c.people = append(c.people, newPerson(c, i))
	}
	for _, p := range c.people {
		c.group.Go(func() {
			for {
				select {
				case <-c.stop:
					return
				case <-time.After(rand.N(2 * pause)):
					p.step()
				}
			}
		})
	}
	return c
}

func (c *crowd) end() {
	close(c.stop)
	c.group.Wait()
}

// do sends an operation through the proxy. What is refused for another reason than a fault, is wrong.
func (c *crowd) do(kind, access, query string, variables vars, also ...string) answer {
	e := event{kind: kind, start: time.Now()}
	e.answer = c.proxy.ask(access, query, variables)
	e.end = time.Now()
	for _, code := range also {
		if e.code == code {
			return e.answer
		}
	}
	c.mu.Lock()
	c.events = append(c.events, e)
	c.mu.Unlock()
	if !e.ok() && !e.unknown() && e.code != "UNAVAILABLE" {
		c.t.Errorf("%s: %s", kind, e.body)
	}
	return e.answer
}

// refused holds that no server accepts an access token that was taken back, whichever node it reads from; a server or a node may be
// away. It is not called for what is not confirmed.
func (c *crowd) refused(how, access string) {
	for _, s := range c.servers {
		a := s.ask(access, me, nil)
		if a.code != "UNAUTHENTICATED REVOKED" && a.code != "UNAVAILABLE" && !a.unknown() {
			c.t.Errorf("after %s was answered, the server on %s answers %q: %s", how, s.node.name, a.code, a.body)
		}
	}
}

// refreshRefused is refused for a refresh token.
func (c *crowd) refreshRefused(how, token string) {
	for _, s := range c.servers {
		a := s.ask("", refresh, vars{"token": token})
		if a.code != "INVALID_REFRESH_TOKEN" && a.code != "UNAVAILABLE" && !a.unknown() {
			c.t.Errorf("after %s was answered, the server on %s answers %q: %s", how, s.node.name, a.code, a.body)
		}
	}
}

// outcome is what became of the operations between a fault and the next one.
type outcome struct {
	last    time.Duration // from the fault to the last one that failed
	failed  map[string]int
	done    int
	slowest time.Duration
}

func (c *crowd) between(fault, next time.Time) outcome {
	o := outcome{failed: map[string]int{}}
	for _, e := range c.events {
		if e.end.Before(fault) || !e.end.Before(next) {
			continue
		}
		o.slowest = max(o.slowest, e.end.Sub(e.start))
		if e.ok() {
			o.done++
			continue
		}
		o.failed[e.kind+" "+e.code]++
		o.last = max(o.last, e.end.Sub(fault))
	}
	return o
}

func (o outcome) String() string {
	return fmt.Sprintf("%d done, the slowest after %.1f s; failed: %v, the last after %.1f s", o.done, o.slowest.Seconds(), o.failed, o.last.Seconds())
}

//go:build cluster

package cluster_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// crowd are people who do one thing after the other through the proxy, and check each answer.
type crowd struct {
	t       testing.TB
	proxy   client
	servers []*server // behind the proxy; each is asked past it, whether it accepts what was taken back
	people  []*person

	mu     sync.Mutex
	events []event

	end func() // returns when nobody does anything any more
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
	c := &crowd{t: t, proxy: proxy, servers: servers}
	stop, group := make(chan struct{}), sync.WaitGroup{}
	c.end = sync.OnceFunc(func() { close(stop); group.Wait() })
	t.Cleanup(c.end)
	for i := range size {
		c.people = append(c.people, newPerson(c, i))
	}
	for _, p := range c.people {
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(rand.N(2 * pause)):
					p.step()
				}
			}
		})
	}
	return c
}

// do sends an operation through the proxy. What is refused for another reason than a fault, is wrong; and so is no answer, unless a server
// is killed meanwhile.
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
	killed := slices.ContainsFunc(c.servers, func(s *server) bool { return s.killed(e.start) })
	if !e.ok() && e.code != "UNAVAILABLE" && e.code != "OUTCOME_UNKNOWN" && (e.code != lost || !killed) {
		c.t.Errorf("%s: %s: %s", kind, e.code, e.body)
	}
	return e.answer
}

// refused holds that no server accepts an access token that was taken back, whichever node it reads from; a server or a node may be
// away. It is not called for what is not confirmed.
func (c *crowd) refused(how, access string) {
	c.refusedWith("UNAUTHENTICATED REVOKED", how, access, me, nil)
}

// refreshRefused is refused for a refresh token.
func (c *crowd) refreshRefused(how, token string) {
	c.refusedWith("INVALID_REFRESH_TOKEN", how, "", refresh, vars{"token": token})
}

func (c *crowd) refusedWith(code, how, access, query string, variables vars) {
	for _, s := range c.servers {
		start := time.Now()
		a := s.ask(access, query, variables)
		if a.code != code && a.code != "UNAVAILABLE" && a.code != "OUTCOME_UNKNOWN" && (a.code != lost || !s.away(start)) {
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

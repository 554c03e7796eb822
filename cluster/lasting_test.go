//go:build cluster

package cluster_test

import (
	"sync"
	"sync/atomic"
)

// lasts holds, after all faults, that each server knows all that was acknowledged to anyone about tokens: what was taken back during a fault
// is refused also by a server that was away then, and each one's newest refresh token is good.
func (c *crowd) lasts(servers []*server) {
	var group sync.WaitGroup
	var asked atomic.Int64
	for i, p := range c.people {
		group.Go(func() {
			for _, of := range p.takenBack {
				for _, s := range servers {
					s.refuses(c, of)
					asked.Add(1)
				}
			}
			if s := servers[i%len(servers)]; !s.ask("", refresh, vars{"token": p.refresh}).ok() {
				c.t.Errorf("the newest refresh token of %s is refused by the server on %s", p.username, s.node.name)
			}
		})
	}
	group.Wait()
	if c.t.Logf("%d times a server was asked about what was taken back", asked.Load()); asked.Load() == 0 {
		c.t.Error("nothing was taken back")
	}
}

func (s *server) refuses(c *crowd, of takenBack) {
	if a := s.ask(of.access, me, nil); a.code != "UNAUTHENTICATED REVOKED" {
		c.t.Errorf("after all, %s is forgotten by the server on %s: %s", of.how, s.node.name, a.body)
	}
	var is struct {
		Active bool
		Reason string
	}
	a := s.ask("", validate, vars{"token": of.access})
	if !a.ok() {
		c.t.Errorf("validateToken on %s: %s", s.node.name, a.body)
	} else if a.into(c.t, &is); is.Active || is.Reason != "REVOKED" {
		c.t.Errorf("after all, validateToken on %s does not know of %s: %s", s.node.name, of.how, a.body)
	}
	if of.refresh == "" {
		return
	}
	if a := s.ask("", refresh, vars{"token": of.refresh}); a.code != "INVALID_REFRESH_TOKEN" {
		c.t.Errorf("after all, the server on %s answers the refresh token of what %s ended with %s", s.node.name, of.how, a.body)
	}
}

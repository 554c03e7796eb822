//go:build cluster

package cluster_test

import (
	"syscall"
	"testing"
	"time"
)

const (
	crowdSize   = 16
	settleAfter = 5 * time.Second // from a fault, or from when what was killed comes back, until nothing fails any more
	between     = 7 * time.Second // from one to the next
)

// While people work, a node of the cluster is killed and comes back, and then is frozen for a while; a server is killed and comes back; then
// another node is lost with all that it had, and gets everything from one of the others. No acknowledged write is lost, no token that
// was taken back is accepted by any server, refresh tokens keep their rules, and what fails is UNAVAILABLE or OUTCOME_UNKNOWN for 5 seconds
// at most.
func TestANodeAndAServerAreKilledAndComeBackUnderLoad(t *testing.T) {
	servers := shared.servers(t)
	proxy := newProxy(t, servers)
	began := time.Now()
	c := newCrowd(t, proxy, servers, crowdSize)
	time.Sleep(3 * time.Second)
	killed, server, lost := shared.nodes[1], servers[2], shared.nodes[2]
	type fault struct {
		name string
		at   time.Time
	}
	faults := []fault{}
	comesBack := func(n *node) func() {
		return func() {
			if err := n.start(false); err != nil {
				t.Error(err)
			}
			faults = append(faults, fault{"it is in step", time.Now()})
		}
	}
	for _, f := range []struct {
		name string
		do   func()
	}{
		{"a node is killed", killed.kill},
		{"it is started", comesBack(killed)},
		{"it is frozen", func() { killed.signal(t, syscall.SIGSTOP) }},
		{"it goes on", func() { killed.signal(t, syscall.SIGCONT) }},
		{"a server is killed", server.kill},
		{"the server is started", func() { server.start(t); server.awaitReady(t) }},
		{"a node is lost", func() { lost.kill(); lost.empty(t) }},
		{"it is started, empty", comesBack(lost)},
	} {
		faults = append(faults, fault{f.name, time.Now()})
		f.do()
		time.Sleep(between)
	}
	c.end()

	before := c.between(began, faults[0].at)
	t.Logf("before: %v", before)
	if len(before.failed) > 0 || before.done == 0 {
		t.Error("there were failures before any fault, or nothing at all")
	}
	for i, f := range faults {
		next := time.Now()
		if i+1 < len(faults) {
			next = faults[i+1].at
		}
		after := c.between(f.at, next)
		t.Logf("%s: %v", f.name, after)
		if after.last > settleAfter || after.done == 0 {
			t.Error("not well again after", settleAfter)
		}
	}
	sum := map[string]int{}
	for _, p := range c.people {
		for kind, n := range p.done {
			sum[kind] += n
		}
	}
	t.Logf("acknowledged: %v", sum)
	for _, kind := range []string{
		"me", "updateUser", "change of e-mail", "refreshToken", "login", "logout", "revokeSession", "revokeToken of a refresh token",
		"revokeToken of an access token", "replay", "signup", "deleteUser",
	} {
		if sum[kind] == 0 {
			t.Errorf("too little load: no %s was acknowledged", kind)
		}
	}
	for _, s := range servers {
		s.awaitReady(t)
	}
	first := shared.nodes[0].read(t, servers[0].database)
	for _, p := range c.people {
		p.settle(t, first)
	}
	for _, n := range shared.nodes[1:] {
		if n.read(t, servers[0].database).all != first.all {
			t.Errorf("%s has not the same as %s", n.name, shared.nodes[0].name)
		}
	}
	c.lasts(servers)
}

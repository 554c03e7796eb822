//go:build cluster

package cluster_test

import (
	"testing"
	"time"
)

// A node that has lost the others may not answer any more: they go on without it. Its server is not ready then, so that nobody is sent to it,
// and whoever still is gets UNAVAILABLE or, for what was being committed, OUTCOME_UNKNOWN. What the others take back meanwhile is not
// accepted there, also not before the node has noticed.
func TestANodeThatHasLostItsClusterAnswersNothing(t *testing.T) {
	servers := shared.servers(t)
	here, there := servers[2], servers[0]
	c := newCrowd(t, here.client, nil, 8)
	left := there.join(t, "left")
	here.must(t, left.AccessToken, me, nil)
	time.Sleep(time.Second)
	options := func(value string) {
		here.node.exec(t, "", "SET GLOBAL wsrep_provider_options = 'gmcast.isolate="+value+"'")
	}
	options("1")
	t.Cleanup(func() { options("0") })
	fault := time.Now()
	there.must(t, left.AccessToken, logOut, nil) // once they are sure that it is gone
	t.Logf("the others go on after %v", time.Since(fault))
	for asked := time.Now(); time.Since(asked) < 2*time.Second; time.Sleep(10 * time.Millisecond) {
		if a := here.ask(left.AccessToken, me, nil); a.code != "UNAVAILABLE" {
			t.Fatalf("a token that the others have taken back is answered with %s", a.body)
		}
	}
	if here.ready() {
		t.Error("its server is ready")
	}
	options("0")
	healed := time.Now()
	here.awaitReady(t)
	ready := time.Now()
	t.Logf("ready again after %v", ready.Sub(healed))
	time.Sleep(2 * time.Second)
	c.end()
	if a := here.ask(left.AccessToken, me, nil); a.code != "UNAUTHENTICATED REVOKED" {
		t.Errorf("then it is answered with %s", a.body)
	}
	t.Logf("while it was alone: %v; because of %v", c.between(fault, healed), here.causes())
	then := c.between(ready, time.Now())
	t.Logf("once its server was ready: %v", then)
	if then.last > time.Second || then.done == 0 {
		t.Error("it was ready, and not well")
	}
	stored := there.node.read(t, there.database)
	for _, p := range c.people {
		p.settle(t, stored)
	}
	c.lasts(servers)
}

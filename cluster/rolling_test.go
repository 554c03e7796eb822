//go:build cluster

package cluster_test

import (
	"strings"
	"testing"
	"time"
)

// An update replaces one server after the other while people work. Each gets SIGTERM, says that it is not ready and serves on, until HAProxy
// sends nobody there; nobody notices anything.
func TestARollingRestartBehindTheProxyFailsNothing(t *testing.T) {
	servers := shared.servers(t)
	proxy := newProxy(t, servers)
	began := time.Now()
	c := newCrowd(t, proxy, servers, crowdSize)
	for _, s := range servers {
		at := time.Now()
		s.stop(t)
		t.Logf("the server on %s is gone after %v", s.node.name, time.Since(at))
		if !strings.Contains(s.log.String(), `"msg":"stopping","notice":"7s"`) {
			t.Error("it did not serve on")
		}
		s.start(t)
		s.awaitReady(t)
		time.Sleep(2 * time.Second) // HAProxy asks twice a second, and sends people there when it was ready twice
	}
	c.end()
	all := c.between(began, time.Now())
	t.Log(all)
	if len(all.failed) > 0 || all.done == 0 {
		t.Errorf("%v failed, and %d were done", all.failed, all.done)
	}
	stored := shared.nodes[0].read(t, servers[0].database)
	for _, p := range c.people {
		p.settle(t, stored)
	}
	c.lasts(servers)
}

//go:build cluster

package cluster_test

import (
	"fmt"
	"testing"
	"time"
)

// A migration that adds an index is in its place among the commits of all nodes, and holds them up. That is all it does to people.
func TestAnIndexThatIsAddedUnderLoadHoldsPeopleUpAndFailsNothing(t *testing.T) {
	const rows = 200_000
	servers := shared.servers(t)
	proxy, node, database := newProxy(t, servers), shared.nodes[0], servers[0].database
	filler := proxy.join(t, "filler")
	node.fillSessions(t, database, filler.User.ID, rows)
	began := time.Now()
	c := newCrowd(t, proxy, servers, crowdSize)
	time.Sleep(3 * time.Second)
	start := time.Now()
	node.exec(t, database, "ALTER TABLE sessions ADD INDEX session_for_a_test (last_used_at, expires_at), LOCK=NONE")
	took := time.Since(start)
	time.Sleep(3 * time.Second)
	c.end()
	t.Logf("before: %v", c.between(began, start))
	all := c.between(start, time.Now())
	t.Logf("an index on %d rows took %v, and from then on: %v", rows, took, all)
	if len(all.failed) > 0 || all.done == 0 {
		t.Errorf("%v failed, and %d were done; because of %v, %v, %v", all.failed, all.done, servers[0].causes(), servers[1].causes(), servers[2].causes())
	}
	stored := node.read(t, database)
	for _, p := range c.people {
		p.settle(t, stored)
	}
}

// fillSessions copies the one session that someone has.
func (n *node) fillSessions(t testing.TB, database, user string, rows int) {
	t.Helper()
	db, err := n.open(database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // the rows count
	var columns string
	err = db.QueryRow("SELECT GROUP_CONCAT(column_name) FROM information_schema.columns WHERE table_schema = ? AND table_name = 'sessions' AND column_name <> 'id'",
		database).Scan(&columns)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		n.exec(t, database, fmt.Sprintf("INSERT INTO sessions (id, %s) SELECT UUID(), %s FROM (SELECT * FROM sessions WHERE user_id = '%s' LIMIT 1) one, seq_1_to_%d",
			columns, columns, user, rows/10))
	}
}

//go:build faults

package faults_test

import (
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

const (
	kills  = 50
	crowds = 6

	loadMin, loadMax = 150 * time.Millisecond, 750 * time.Millisecond // from ready to the kill
	least            = 1                                              // of each kind acknowledged, or there was too little load
)

func TestWhatWasAcknowledgedIsThereAfterEachOf50KillsOnSQLite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "latchkey.db")
	testKills(t, "sqlite:"+path, "sqlite", "file:"+path, func() {})
}

func TestWhatWasAcknowledgedIsThereAfterEachOf50KillsOnMariaDB(t *testing.T) {
	t.Parallel()
	m := newMariaDB(t)
	testKills(t, m.URL, "mysql", "root@unix("+filepath.Join(m.dir, "s")+")/latchkey", m.awaitNobody)
}

// seed makes a run that failed come again, as far as processes can.
func seed(t testing.TB) *rand.Rand {
	t.Helper()
	n := rand.Uint64()
	if text := os.Getenv("FAULTS_SEED"); text != "" {
		var err error
		if n, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("FAULTS_SEED=%d", n)
	return rand.New(rand.NewPCG(n, 0))
}

func testKills(t *testing.T, url, driver, dsn string, awaitNobody func()) {
	random := seed(t)
	here := newPlace(t, url)
	server := here.serve(t)
	all := make([]*crowd, crowds)
	for i := range all {
		all[i] = &crowd{t: t, rand: rand.New(rand.NewPCG(random.Uint64(), 0)), prefix: fmt.Sprintf("c%d", i), done: map[string]int{}}
	}
	applied, lost := map[string]int{}, map[string]int{}
	var slowest time.Duration
	for range kills {
		var group sync.WaitGroup
		for _, c := range all {
			c.client = server.client
			group.Go(c.live)
		}
		time.Sleep(loadMin + time.Duration(random.Int64N(int64(loadMax-loadMin))))
		server.kill()
		group.Wait()
		awaitNobody()
		server = here.launch(t)
		slowest = max(slowest, server.awaitReady(t))

		db, err := sql.Open(driver, dsn)
		if err != nil {
			t.Fatal(err)
		}
		now := read(t, db)
		now.expectWhole(t)
		if driver == "sqlite" {
			each(t, db, "PRAGMA integrity_check", func(v []string) {
				if v[0] != "ok" {
					t.Error(v[0])
				}
			})
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		for _, c := range all {
			for _, p := range c.people {
				in := p.doubt
				done := p.settle(t, now)
				switch {
				case in == nil:
				case in.kind == "refresh": // whether it was done makes no difference: it is sent again
					c.refreshAgain(server.client, p, in.session)
				case done:
					applied[in.kind]++
				default:
					lost[in.kind]++
				}
			}
			c.ask(server.client)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	sum := map[string]int{}
	for _, c := range all {
		for kind, n := range c.done {
			sum[kind] += n
		}
	}
	t.Logf("acknowledged: %v; in flight at a kill, and done: %v; not done: %v; slowest start %v", sum, applied, lost, slowest)
	if n := slices.Min(slices.Collect(maps.Values(sum))); len(sum) != 7 || n < least {
		t.Error("too little load")
	}
}

// refreshAgain sends a token again that was not answered. That is what the grace is for.
func (c *crowd) refreshAgain(to client, p *person, sid string) {
	a := to.ask("", refresh, vars{"token": p.sessions[sid].refresh})
	if !a.ok() {
		c.t.Errorf("the refresh that was not answered, again: %s %v", a.body, a.lost)
		return
	}
	p.signedIn(c.t, a)
}

// ask looks at some of the people as clients do.
func (c *crowd) ask(to client) {
	for range min(3, len(c.people)) {
		p := c.people[c.rand.IntN(len(c.people))]
		for id, s := range p.sessions {
			if s.access == "" {
				continue
			}
			a := to.ask(s.access, me, nil)
			var who struct{ Username, Name, Email string }
			a.into(c.t, &who)
			if s.ended && a.code != "UNAUTHENTICATED REVOKED" {
				c.t.Errorf("%s's session %s has ended: %s", p.username, id, a.body)
			}
			if !s.ended && (!a.ok() || who.Name != p.name || who.Email != p.email) {
				c.t.Errorf("%s's session %s: %s, want %s", p.username, id, a.body, p.name)
			}
		}
	}
	if len(c.people) == 0 || c.rand.IntN(4) > 0 {
		return
	}
	p := c.people[c.rand.IntN(len(c.people))]
	a := to.ask("", logIn, vars{"input": vars{"identifier": p.username, "password": p.password}})
	switch {
	case p.gone && a.code == "INVALID_CREDENTIALS":
	case !p.gone && a.ok():
		p.signedIn(c.t, a)
	default:
		c.t.Errorf("%s, gone: %v, logs in: %s", p.username, p.gone, a.body)
	}
}

//go:build faults

package faults_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Two servers are replaced one after the other, while people sign up and log in, and then an older one is started again.
func TestAnUpgradeOfServersOnMariaDBFailsNoRequest(t *testing.T) {
	next := newer(t)
	m := newMariaDB(t)
	start := time.Now()
	here := newPlace(t, m.URL)
	old := []*process{here.serve(t), here.beside(t, binary).serve(t)}
	b, front := newBalancer(t, old...)
	l := newLoad(t, front, 8)
	l.calm = true // a hundred log-ins would end a session
	db := m.open("latchkey")
	defer db.Close() //nolint:errcheck // read
	begin := func() {
		l.run()
		l.visit()
		l.page(db)
	}
	begin()
	time.Sleep(time.Second)

	migrations, err := filepath.Glob(newerMigrations + "/mysql/*.sql")
	if err != nil || len(migrations) == 0 {
		t.Fatal(err, migrations)
	}
	var fresh []*process
	for i, leaving := range old {
		s := here.beside(t, next).serve(t)
		fresh = append(fresh, s)
		if applied := len(s.log.with("applied a migration")); applied != len(migrations)*(1-i) {
			t.Errorf("server %d of the new version has applied %d migrations:\n%s", i, applied, s.log)
		}
		before := b.sentTo(b.servers[i])
		both := b.add(t, s)
		time.Sleep(time.Second) // side by side
		if b.sentTo(b.servers[i]) == before || b.sentTo(both) == 0 {
			t.Error("they were not side by side")
		}
		stopped := time.Now()
		leaving.stop(t)
		t.Logf("stopped after %v", time.Since(stopped))
	}
	time.Sleep(time.Second)
	l.end()
	l.expectNoFailure(t, allKinds...)
	for i, server := range b.servers {
		t.Logf("server %d: %d requests", i, b.sentTo(server))
	}
	l.settleAll(t, db)
	t.Logf("upgraded after %v", time.Since(start))

	// The way back: the database stays as it is.
	back := here.beside(t, binary)
	for _, s := range fresh {
		s.kill()
	}
	expectKeptByOlder(t, back)
	_, l.client = newBalancer(t, back.serve(t))
	begin()
	time.Sleep(time.Second)
	l.end()
	l.expectNoFailure(t, allKinds...)
	l.settleAll(t, db)
	t.Logf("and back after %v", time.Since(start))
}

// SQLite has one server at a time. What is sent while there is none is refused, and nothing is lost.
func TestAnUpgradeOnSQLiteLosesNothing(t *testing.T) {
	next := newer(t)
	path := filepath.Join(t.TempDir(), "latchkey.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(60000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // read
	here := newPlace(t, "sqlite:"+path)
	server := here.serve(t)
	l := newLoad(t, server.client, 8)
	l.calm = true
	for _, program := range []string{next, binary} {
		here.program = program
		l.run()
		l.visit()
		time.Sleep(time.Second)
		stopped := time.Now()
		server.stop(t)
		away := time.Now()
		if program == binary {
			expectKeptByOlder(t, here)
			away = time.Now()
		}
		server = here.serve(t)
		back := time.Now()
		time.Sleep(time.Second)
		l.end()
		lost := map[string]int{}
		for _, e := range l.since(stopped, back.Add(time.Hour)) {
			if e.failed() && (e.lost == nil || e.start.After(back)) {
				t.Errorf("%s, sent %v before the server was back: %s %v", e.kind, back.Sub(e.start), e.body, e.lost)
			}
			if e.failed() {
				lost[e.kind]++
			}
		}
		t.Logf("stopped within %v, away for %v more; refused meanwhile: %v", away.Sub(stopped), back.Sub(away), lost)
		l.settleAll(t, db)
	}
}

// expectKeptByOlder holds that an older latchkey leaves alone what a newer one has migrated, and says so.
func expectKeptByOlder(t *testing.T, p *place) {
	t.Helper()
	for command, want := range map[string]string{"up": "nothing to do", "status": "by a newer latchkey", "down": "latchkey: the last migration is not known here"} {
		output, err := run(p, "migrate", command)
		if (err != nil) != (command == "down") || !strings.Contains(output, want) {
			t.Errorf("migrate %s of the older version: %v: %s", command, err, output)
		}
	}
}

// failed tells whether the answer is not the one that there should be.
func (e *event) failed() bool {
	want := ""
	if e.kind == afterLogout {
		want = "UNAUTHENTICATED REVOKED"
	}
	return e.lost != nil || e.code != want
}

// afterLogout is a me with a token that was taken back.
const afterLogout = "me after logout"

var allKinds = []string{"me", "updateUser", "refreshToken", "login", "signup", "logout", afterLogout, "users"}

// expectNoFailure holds that nothing failed, and that there was something of each kind.
func (l *load) expectNoFailure(t *testing.T, kinds ...string) {
	t.Helper()
	done, slowest := map[string]int{}, map[string]time.Duration{}
	for _, e := range l.events {
		done[e.kind]++
		slowest[e.kind] = max(slowest[e.kind], e.end.Sub(e.start).Round(time.Millisecond))
		if e.failed() {
			t.Errorf("%s failed at %v after %v: %s %v", e.kind, e.end.Format(time.StampMilli), e.end.Sub(e.start), e.body, e.lost)
		}
	}
	t.Logf("%d requests: %v, the slowest %v", len(l.events), done, slowest)
	l.events = nil
	for _, kind := range kinds {
		if done[kind] == 0 {
			t.Errorf("no %s", kind)
		}
	}
}

// settleAll holds that all that was acknowledged is in the database, and that everyone is still signed in.
func (l *load) settleAll(t *testing.T, db *sql.DB) {
	t.Helper()
	now, generations := read(t, db), map[string]string{}
	now.expectWhole(t)
	each(t, db, "SELECT id, generation FROM sessions", func(v []string) { generations[v[0]] = v[1] })
	for _, u := range l.users {
		u.settle(now, generations)
	}
	visitors := 0
	for username := range now.users {
		if strings.HasPrefix(username, "visitor") {
			visitors++
		}
	}
	if visitors != l.visitors {
		t.Errorf("%d visitors are in the database, %d were signed up", visitors, l.visitors)
	}
}

// visit has people sign up and log out, one after the other, as long as the load lasts. They are counted.
func (l *load) visit() {
	l.again(func() {
		var in signedIn
		name := fmt.Sprintf("visitor%d", l.visitors)
		a := l.do("signup", "", signUp, vars{"input": vars{"username": name, "password": secret}})
		a.into(l.t, &in)
		if !a.ok() {
			return
		}
		l.visitors++
		if l.do("logout", in.AccessToken, logOut, nil).ok() {
			l.do(afterLogout, in.AccessToken, me, nil)
		}
	})
}

const users = `query ($after: String) { users(first: 10, after: $after) { nodes { id role } pageInfo { hasNextPage endCursor } } }`

// page has an administrator page through all users, as long as the load lasts.
func (l *load) page(db *sql.DB) {
	admin := l.users[0]
	if _, err := db.Exec("UPDATE users SET role = 'ADMIN' WHERE id = '" + admin.id + "'"); err != nil {
		l.t.Fatal(err)
	}
	after, seen := any(nil), 0
	l.again(func() {
		var page struct {
			Nodes    []struct{ ID, Role string }
			PageInfo struct {
				HasNextPage bool
				EndCursor   string
			}
		}
		l.do("users", admin.first, users, vars{"after": after}).into(l.t, &page)
		after, seen = page.PageInfo.EndCursor, seen+len(page.Nodes)
		if !page.PageInfo.HasNextPage {
			if seen < len(l.users) {
				l.t.Errorf("%d users are listed, there are at least %d", seen, len(l.users))
			}
			after, seen = nil, 0
		}
	})
}

// again does it again and again, as long as the load lasts.
func (l *load) again(do func()) {
	l.group.Go(func() {
		for {
			select {
			case <-l.stop:
				return
			case <-time.After(l.pause()):
				do()
			}
		}
	})
}

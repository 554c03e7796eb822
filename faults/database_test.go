//go:build faults

package faults_test

import (
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	answerWithin = 3 * time.Second // from the request, or from the fault if that is later
	backWithin   = 5 * time.Second // from when the database answers again
	outage       = 4 * time.Second // longer than answerWithin
)

// The faults follow one another on one server, so that what one leaves behind adds up.
func TestMariaDBAwayIsUnavailableWithin3SecondsAndBackWithin5(t *testing.T) {
	m := newMariaDB(t)
	here := newPlace(t, m.URL)
	server := here.serve(t)
	l := newLoad(t, server.client, 10)
	l.run()
	crush(l)
	time.Sleep(time.Second)
	l.end()
	connections, sockets := atRest(t, server, m)

	for _, fault := range []struct {
		name     string
		away, up func()
		outage   time.Duration
	}{
		{"killed", func() { m.end(syscall.SIGKILL) }, m.Start, outage},
		{"stopped", func() { m.end(syscall.SIGTERM) }, m.Start, outage},
		{"frozen", func() { m.signal(syscall.SIGSTOP) }, func() { m.signal(syscall.SIGCONT) }, outage},
		{"frozen for a moment", func() { m.signal(syscall.SIGSTOP) }, func() { m.signal(syscall.SIGCONT) }, time.Second},
	} {
		t.Run(fault.name, func(t *testing.T) { testOutage(t, server, l, fault.away, fault.up, fault.outage) })
	}

	l.t = t // a subtest that has ended can't fail any more: it would panic
	l.run()
	crush(l) // so that the pool is as large as before
	time.Sleep(time.Second)
	l.end()
	for _, u := range l.users {
		u.refreshToken() // the last is confirmed
	}
	connectionsNow, socketsNow := atRest(t, server, m)
	t.Logf("connections: %d, then %d; sockets: %d, then %d", connections, connectionsNow, sockets, socketsNow)
	if connectionsNow > connections || socketsNow > sockets {
		t.Error("there are more than before")
	}

	db := m.open("latchkey")
	defer db.Close() //nolint:errcheck // read
	now, generations := read(t, db), map[string]string{}
	now.expectWhole(t)
	each(t, db, "SELECT id, generation FROM sessions", func(v []string) { generations[v[0]] = v[1] })
	for _, u := range l.users {
		u.settle(now, generations)
	}

	left := goroutines(t, server)
	fresh := here.serve(t)
	other := &load{t: t, client: fresh.client, users: l.users}
	crush(other)
	other.group.Wait()
	atRest(t, fresh, m)
	before := goroutines(t, fresh)
	t.Logf("goroutines: %d in a server that has seen nothing, %d in this one", len(before), len(left))
	if len(left) > len(before)+2 { // a ticker's or a timer's may run at any moment
		t.Errorf("there are more:\n%s", strings.Join(left, "\n"))
	}
}

// crush wants more connections than the pool has, and more hashes than are computed in 3 seconds.
func crush(l *load) {
	l.burst(150, "login of nobody", logIn, (*loadUser).credentialsOfBurst)
	l.burst(100, "me", me, func(*loadUser) vars { return nil })
}

// credentialsOfBurst are wrong: a log-in that succeeds would be one that settle does not know of.
func (u *loadUser) credentialsOfBurst() vars {
	return vars{"input": vars{"identifier": u.username, "password": "wrong " + secret}}
}

func testOutage(t *testing.T, server *process, l *load, away, up func(), outage time.Duration) {
	l.t = t
	l.run()
	time.Sleep(500 * time.Millisecond)
	if outage > answerWithin { // else the queue of hashes, which may take 5 seconds, is all that is seen
		crush(l)
	}
	time.Sleep(200 * time.Millisecond)
	fault := time.Now()
	away()
	time.Sleep(outage - time.Since(fault))
	if outage > answerWithin && server.ready() {
		t.Error("it is ready without its database")
	}
	up()
	back := time.Now()
	time.Sleep(backWithin + time.Second)
	l.end()

	codes, slowest := map[string]int{}, time.Duration(0)
	for _, e := range l.since(fault, back) {
		waited := e.end.Sub(later(e.start, fault))
		slowest = max(slowest, waited)
		codes[e.kind+" "+e.code]++
		if e.lost != nil || waited > answerWithin || !e.mayBe() {
			t.Errorf("%s, sent %v after the fault, was answered after %v: %s %v", e.kind, e.start.Sub(fault), waited, e.body, e.lost)
		}
	}
	first := map[string]time.Duration{}
	for _, e := range l.since(back, back.Add(time.Hour)) {
		if _, seen := first[e.kind]; e.ok() && !seen {
			first[e.kind] = e.end.Sub(back)
		}
		if e.lost != nil || !e.mayBe() || (e.start.Sub(back) > backWithin && !e.ok()) {
			t.Errorf("%s, sent %v after the database was back: %s %v", e.kind, e.start.Sub(back), e.body, e.lost)
		}
	}
	t.Logf("meanwhile %v, the slowest after %v; good again after %v", codes, slowest, first)
	for _, kind := range []string{"me", "login", "signup", "updateUser", "refreshToken"} {
		if after, good := first[kind]; !good || after > backWithin {
			t.Errorf("%s is not good again: %v, %v", kind, good, after)
		}
	}
}

// mayBe tells whether the answer is right while the database is away.
func (e *event) mayBe() bool {
	switch e.code {
	case "", "UNAVAILABLE":
		return true
	case "OUTCOME_UNKNOWN":
		return e.kind != "me"
	case "INVALID_CREDENTIALS":
		return e.kind == "login of nobody"
	}
	return false
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// atRest waits until nothing is under way, and returns how many connections MariaDB has, and how many sockets the server.
func atRest(t *testing.T, server *process, m *mariadb) (connections, sockets int) {
	t.Helper()
	server.http.CloseIdleConnections()
	quiet := 0
	for range 200 {
		c, s := m.connections(), server.sockets(t)
		if c == connections && s == sockets {
			quiet++
		} else {
			quiet = 0
		}
		if connections, sockets = c, s; quiet == 10 {
			return connections, sockets
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("it does not come to rest")
	return 0, 0
}

var headOfGoroutine = regexp.MustCompile(`(?m)^goroutine \d+ `)

// goroutines ends the server and returns where its goroutines were.
func goroutines(t *testing.T, server *process) []string {
	t.Helper()
	if err := server.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	<-server.log.ended
	_ = server.Wait() // says that it was ended
	all := headOfGoroutine.Split(server.log.String(), -1)
	if len(all) < 5 {
		t.Fatalf("no goroutines:\n%s", server.log)
	}
	return all[1:]
}

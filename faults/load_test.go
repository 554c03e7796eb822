//go:build faults

package faults_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

// event is one operation and what became of it.
type event struct {
	kind       string
	start, end time.Time
	answer
}

// load is people who do one thing after the other, whatever they are answered, and check each answer.
type load struct {
	t      testing.TB
	client client
	users  []*loadUser
	calm   bool // so little that nobody is throttled

	mu     sync.Mutex
	events []event

	visitors int // see visit

	stop  chan struct{}
	group sync.WaitGroup
}

// loadUser is one of them. Only one goroutine works with it.
type loadUser struct {
	l        *load
	rand     *rand.Rand
	username string
	id       string
	first    string // access token, which stays good
	access   string
	refresh  string
	names    []string          // one of them is the name: more than one while the outcome of a change is unknown
	wanted   map[string]string // sign-ups by username: the code, "" for those that succeeded

	logIns, logInsUnknown int
	refreshes             int // that succeeded, the retry of one that was not confirmed included
}

// pause is between two operations: the load is people, and what the test is about needs the processor too.
func (l *load) pause() time.Duration {
	if l.calm {
		return 100 * time.Millisecond
	}
	return 10 * time.Millisecond
}

func newLoad(t testing.TB, to client, users int) *load {
	t.Helper()
	l := &load{t: t, client: to, stop: make(chan struct{})}
	random := seed(t)
	for i := range users {
		u := &loadUser{l: l, rand: rand.New(rand.NewPCG(random.Uint64(), 0)), username: fmt.Sprintf("load%d", i), wanted: map[string]string{}}
		var in signedIn
		a := to.ask("", signUp, vars{"input": vars{"username": u.username, "name": u.username, "password": secret}})
		if !a.ok() {
			t.Fatalf("%s %v", a.body, a.lost)
		}
		a.into(t, &in)
		u.id, u.first, u.access, u.refresh, u.names = in.User.ID, in.AccessToken, in.AccessToken, in.RefreshToken, []string{u.username}
		l.users = append(l.users, u)
	}
	return l
}

// run has them begin. end stops them.
func (l *load) run() {
	l.stop = make(chan struct{})
	for _, u := range l.users {
		l.group.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				case <-time.After(l.pause()):
					u.step()
				}
			}
		})
	}
}

func (l *load) end() {
	close(l.stop)
	l.group.Wait()
}

// burst sends n of an operation at once, beside the load, and does not wait for the answers; end does.
func (l *load) burst(n int, kind, query string, variables func(u *loadUser) vars) {
	for i := range n {
		u := l.users[i%len(l.users)]
		l.group.Go(func() { l.do(kind, u.first, query, variables(u)) })
	}
}

// do sends an operation, and notes what became of it.
func (l *load) do(kind, access, query string, variables vars) answer {
	e := event{kind: kind, start: time.Now()}
	e.answer = l.client.ask(access, query, variables)
	e.end = time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
	return e.answer
}

// since are the events that ended after from, and began before to.
func (l *load) since(from, to time.Time) (found []event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		if e.end.After(from) && e.start.Before(to) {
			found = append(found, e)
		}
	}
	return found
}

func (u *loadUser) step() {
	switch n := u.rand.IntN(20); {
	case n < 8:
		u.me()
	case n < 12:
		u.update()
	case n < 16:
		u.refreshToken()
	case n < 18 || u.l.calm:
		u.logIn()
	default:
		u.signUp()
	}
}

func (u *loadUser) me() {
	a := u.l.do("me", u.access, me, nil)
	if !a.ok() {
		return
	}
	var who struct{ ID, Name string }
	a.into(u.l.t, &who)
	for _, name := range u.names {
		if who.ID == u.id && who.Name == name {
			u.names = []string{name}
			return
		}
	}
	u.l.t.Errorf("me is %v, want %s with one of the names %v", who, u.id, u.names)
}

func (u *loadUser) update() {
	name := fmt.Sprintf("name %d", u.rand.Uint64())
	switch a := u.l.do("updateUser", u.access, update, vars{"input": vars{"name": name}}); {
	case a.ok():
		u.names = []string{name}
	case a.code == "OUTCOME_UNKNOWN", a.lost != nil:
		u.names = append(u.names, name)
	}
}

func (u *loadUser) refreshToken() {
	a := u.l.do("refreshToken", "", refresh, vars{"token": u.refresh})
	if !a.ok() {
		return // the same token will do
	}
	var in signedIn
	a.into(u.l.t, &in)
	if in.User.ID != u.id {
		u.l.t.Errorf("the refresh of %s answers %s", u.id, a.body)
	}
	u.access, u.refresh = in.AccessToken, in.RefreshToken
	u.refreshes++
}

func (u *loadUser) logIn() {
	a := u.l.do("login", "", logIn, u.credentials())
	switch {
	case a.code == "OUTCOME_UNKNOWN":
		u.logInsUnknown++
	case a.ok():
		u.logIns++
		if !strings.Contains(a.body, u.id) {
			u.l.t.Errorf("the log-in of %s answers %s", u.id, a.body)
		}
	}
}

func (u *loadUser) credentials() vars {
	return vars{"input": vars{"identifier": u.username, "password": secret}}
}

func (u *loadUser) signUp() {
	username := fmt.Sprintf("%s-%d", u.username, len(u.wanted))
	a := u.l.do("signup", "", signUp, vars{"input": vars{"username": username, "password": secret}})
	u.wanted[username] = a.code
	if a.lost != nil {
		u.wanted[username] = "lost"
	}
}

// settle holds that the database has all that was acknowledged, and nothing of what was UNAVAILABLE.
func (u *loadUser) settle(s *stored, generations map[string]string) {
	t := u.l.t
	for username, code := range u.wanted {
		row, there := s.users[username]
		if there && len(s.sessions[row.id]) != 1 {
			t.Errorf("%s was half signed up: %d sessions", username, len(s.sessions[row.id]))
		}
		if there != (code == "") && code != "OUTCOME_UNKNOWN" {
			t.Errorf("%s, whose sign-up was answered with %q, is in the database: %v", username, code, there)
		}
	}
	opened := len(s.sessions[u.id]) - 1 // but for that of the sign-up
	if opened < u.logIns || u.logIns+u.logInsUnknown < opened {
		t.Errorf("%s has %d more sessions, want %d to %d", u.username, opened, u.logIns, u.logIns+u.logInsUnknown)
	}
	if got, want := generations[session(u.access)], fmt.Sprint(1+u.refreshes); got != want {
		t.Errorf("the session of %s is at generation %s, want %s", u.username, got, want)
	}
}

//go:build cluster

package cluster_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
)

// person is someone with an account, and the journal of what they were told. Only one goroutine works with it.
type person struct {
	c        *crowd
	username string
	id       string
	access   string
	refresh  string
	names    []string // one of them is the name: more than one while the outcome of a change is unknown
	emails   []string
	sessions map[string]state // by id

	generation int              // of the session of refresh
	maybeNext  bool             // it may be one further: a refresh is not confirmed
	takenBack  []takenBack      // what no server may accept, ever
	accounts   map[string]state // others that they have made, by username
	done       map[string]int   // what was acknowledged, by kind
}

// takenBack is an access token that no longer counts, with its refresh token unless that still does.
type takenBack struct{ how, access, refresh string }

// state is what is known of a session or an account.
type state int

const (
	there state = iota
	gone
	unknown
)

func newPerson(c *crowd, i int) *person {
	p := &person{c: c, username: fmt.Sprintf("person%d", i), sessions: map[string]state{}, accounts: map[string]state{}, done: map[string]int{}}
	in := c.proxy.join(c.t, p.username)
	p.id, p.access, p.refresh, p.names, p.emails = in.User.ID, in.AccessToken, in.RefreshToken, []string{""}, []string{""}
	p.generation = 1
	p.sessions[session(p.access)] = there
	return p
}

// step does one thing. Hashes are seldom: they would be all that is ever in flight.
func (p *person) step() {
	switch n := rand.IntN(40); {
	case n < 12:
		p.look()
	case n < 19:
		p.change("updateUser", &p.names, vars{"name": fmt.Sprint("name ", rand.Uint32())}, "name")
	case n < 21:
		p.change("change of e-mail", &p.emails, vars{"email": fmt.Sprintf("%s.%d@example.org", p.username, rand.Uint32()), "currentPassword": secret}, "email")
	case n < 28:
		p.rotate(1)
	case n < 30:
		p.rotate(4)
	case n < 36:
		p.comeAndGo()
	case n < 38:
		p.replay()
	default:
		p.signUp()
	}
}

func (p *person) do(kind, access, query string, variables vars, also ...string) answer {
	a := p.c.do(kind, access, query, variables, also...)
	if a.ok() {
		p.done[kind]++
	}
	return a
}

func (p *person) look() {
	a := p.do("me", p.access, me, nil)
	if !a.ok() {
		return
	}
	var who struct{ ID, Name, Email string }
	a.into(p.c.t, &who)
	if who.ID != p.id || !slices.Contains(p.names, who.Name) || !slices.Contains(p.emails, who.Email) {
		p.c.t.Errorf("me is %v, want %s with one of %v and one of %v", who, p.id, p.names, p.emails)
	}
	p.names, p.emails = []string{who.Name}, []string{who.Email}
}

func (p *person) change(kind string, known *[]string, input vars, field string) {
	switch a := p.do(kind, p.access, update, vars{"input": input}); {
	case a.ok():
		*known = []string{input[field].(string)}
	case a.unknown():
		*known = append(*known, input[field].(string))
	}
}

// rotate refreshes in so many tabs at once, which all get the same new token. If nothing is confirmed, the old one will do again.
func (p *person) rotate(tabs int) {
	got, answers := make([]signedIn, tabs), make([]answer, tabs)
	var group sync.WaitGroup
	for i := range tabs {
		group.Go(func() {
			if answers[i] = p.c.do("refreshToken", "", refresh, vars{"token": p.refresh}); answers[i].ok() {
				answers[i].into(p.c.t, &got[i])
			}
		})
	}
	group.Wait()
	p.maybeNext = p.maybeNext || slices.ContainsFunc(answers, answer.unknown)
	got = slices.DeleteFunc(got, func(in signedIn) bool { return in.RefreshToken == "" })
	if len(got) > 0 {
		p.generation++
		p.maybeNext = false
	}
	for _, in := range got {
		if in.RefreshToken != got[0].RefreshToken || in.User.ID != p.id {
			p.c.t.Errorf("%d tabs that refreshed at once have different tokens", tabs)
		}
		p.access, p.refresh = in.AccessToken, in.RefreshToken
		p.done["refreshToken"]++
	}
}

// refused holds that nobody accepts what was taken back, and remembers it: nobody may accept it later.
func (p *person) refused(of takenBack) {
	p.takenBack = append(p.takenBack, of)
	p.c.refused(of.how, of.access)
	if of.refresh != "" {
		p.c.refreshRefused(of.how, of.refresh)
	}
}

// logIn opens another session.
func (p *person) logIn() (in signedIn, ok bool) {
	a := p.do("login", "", logIn, vars{"input": vars{"identifier": p.username, "password": secret}})
	if !a.ok() {
		return in, false
	}
	a.into(p.c.t, &in)
	p.sessions[session(in.AccessToken)] = there
	return in, true
}

// comeAndGo opens a session and ends it, or takes its access token back, in one of the ways that there are.
func (p *person) comeAndGo() {
	in, ok := p.logIn()
	if !ok {
		return
	}
	id := session(in.AccessToken)
	var a answer
	kind := [...]string{"logout", "revokeSession", "revokeToken of a refresh token", "revokeToken of an access token"}[rand.IntN(4)]
	switch kind {
	case "logout":
		a = p.do(kind, in.AccessToken, logOut, nil)
	case "revokeSession":
		a = p.do(kind, p.access, revokeSession, vars{"id": id})
	case "revokeToken of a refresh token":
		a = p.do(kind, "", revokeToken, vars{"token": in.RefreshToken})
	default:
		if a = p.do(kind, "", revokeToken, vars{"token": in.AccessToken}); a.ok() {
			p.refused(takenBack{kind, in.AccessToken, ""})
		}
		return
	}
	switch {
	case a.ok():
		p.sessions[id] = gone
		p.refused(takenBack{kind, in.AccessToken, in.RefreshToken})
	case a.unknown():
		p.sessions[id] = unknown
	}
}

// replay refreshes twice and then presents the first token again, as a thief would: that ends the session.
func (p *person) replay() {
	first, ok := p.logIn()
	if !ok {
		return
	}
	id, last := session(first.AccessToken), first
	for range 2 {
		a := p.do("refreshToken", "", refresh, vars{"token": last.RefreshToken})
		if !a.ok() {
			return // how many generations it has moved on is not known
		}
		a.into(p.c.t, &last)
	}
	const reused = "REFRESH_TOKEN_REUSED"
	switch a := p.do("replay", "", refresh, vars{"token": first.RefreshToken}, reused); {
	case a.code == reused:
		p.done["replay"]++
		p.sessions[id] = gone
		p.refused(takenBack{reused, last.AccessToken, last.RefreshToken})
	case a.unknown():
		p.sessions[id] = unknown
	case a.ok():
		p.c.t.Error("a refresh token of two generations ago was accepted")
	}
}

// signUp makes another account, and may delete it.
func (p *person) signUp() {
	username := fmt.Sprintf("%s-%d", p.username, len(p.accounts))
	a := p.do("signup", "", signUp, vars{"input": vars{"username": username, "password": secret}})
	switch {
	case a.ok():
		p.accounts[username] = there
	case a.unknown():
		p.accounts[username] = unknown
		return
	default:
		p.accounts[username] = gone // never was
		return
	}
	if rand.IntN(2) == 0 {
		return
	}
	var in signedIn
	a.into(p.c.t, &in)
	switch a := p.do("deleteUser", in.AccessToken, remove, vars{"input": vars{"currentPassword": secret}}); {
	case a.ok():
		p.accounts[username] = gone
		p.refused(takenBack{"deleteUser", in.AccessToken, in.RefreshToken})
	case a.unknown():
		p.accounts[username] = unknown
	}
}

//go:build faults

package faults_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// person is someone with an account, and the journal of what the server has told them.
type person struct {
	username, password string
	id                 string
	name, email        string
	hash               string // as the database had it after the last kill; "" if the person is younger, or has changed it since
	gone               bool
	sessions           map[string]*held // by id, the ended ones too
	doubt              *doubt           // what was not answered, because the server was killed
}

// held are the tokens of a session.
type held struct {
	access, refresh string
	ended           bool
}

type doubt struct {
	kind        string
	name, email string // of an update
	password    string // of a change of it
	session     string // of a logout or a refresh
}

// crowd are people who do one thing after the other, until the server is gone.
type crowd struct {
	t      testing.TB
	client client
	rand   *rand.Rand
	prefix string
	people []*person
	made   int
	done   map[string]int // what was acknowledged, by kind
}

// live goes on until an answer is lost.
func (c *crowd) live() {
	for c.step() {
	}
}

// step does one thing, and returns whether it was answered.
func (c *crowd) step() bool {
	p, sid := c.someone()
	if p == nil {
		return c.signUp()
	}
	s := p.sessions[sid]
	switch n := c.rand.IntN(40); { // seldom what takes a hash: it would be all that is ever in flight
	case n < 21:
		return c.update(p, s)
	case n < 30:
		return c.refresh(p, sid, s)
	case n < 32:
		return c.logIn(p)
	case n < 35:
		return c.logOut(p, sid, s)
	case n < 37:
		return c.changePassword(p, s)
	case n < 38:
		return c.remove(p, s)
	default:
		return c.signUp()
	}
}

// someone is a person who is signed in, if there is one, and a session of theirs.
func (c *crowd) someone() (*person, string) {
	for range 20 {
		if len(c.people) == 0 {
			break
		}
		p := c.people[c.rand.IntN(len(c.people))]
		for sid, s := range p.sessions { // in no order, which does not matter here
			if !p.gone && !s.ended && s.access != "" {
				return p, sid
			}
		}
	}
	return nil, ""
}

// acknowledged tells whether a succeeded. If it was lost, that is in the journal of p; nothing else may happen.
func (c *crowd) acknowledged(p *person, a answer, in doubt) bool {
	switch {
	case a.lost != nil:
		p.doubt = &in
		return false
	case a.code != "":
		c.t.Errorf("%s of %s: %s", in.kind, p.username, a.body)
		return false
	}
	c.done[in.kind]++
	return true
}

func (p *person) signedIn(t testing.TB, a answer) {
	var in signedIn
	a.into(t, &in)
	p.id = in.User.ID
	p.sessions[session(in.AccessToken)] = &held{access: in.AccessToken, refresh: in.RefreshToken}
}

func (c *crowd) signUp() bool {
	c.made++
	p := &person{username: fmt.Sprintf("%s-%d", c.prefix, c.made), password: secret, sessions: map[string]*held{}}
	p.name, p.email = p.username, p.username+"@example.org"
	c.people = append(c.people, p)
	a := c.client.ask("", signUp, vars{"input": vars{"username": p.username, "name": p.name, "email": p.email, "password": secret}})
	if !c.acknowledged(p, a, doubt{kind: "sign-up"}) {
		return false
	}
	p.signedIn(c.t, a)
	return true
}

// update changes the name alone, or two things at once.
func (c *crowd) update(p *person, s *held) bool {
	in := doubt{kind: "change", name: fmt.Sprintf("%s %d", p.username, c.rand.Uint32()), email: p.email}
	input := vars{"name": in.name}
	if c.rand.IntN(10) == 0 {
		in.email = fmt.Sprintf("%s.%d@example.org", p.username, c.rand.Uint32())
		input["email"], input["currentPassword"] = in.email, p.password
	}
	if !c.acknowledged(p, c.client.ask(s.access, update, vars{"input": input}), in) {
		return false
	}
	p.name, p.email = in.name, in.email
	return true
}

func (c *crowd) refresh(p *person, sid string, s *held) bool {
	a := c.client.ask("", refresh, vars{"token": s.refresh})
	if !c.acknowledged(p, a, doubt{kind: "refresh", session: sid}) {
		return false
	}
	p.signedIn(c.t, a)
	return true
}

func (c *crowd) logIn(p *person) bool {
	a := c.client.ask("", logIn, vars{"input": vars{"identifier": p.username, "password": p.password}})
	if !c.acknowledged(p, a, doubt{kind: "log-in"}) {
		return false
	}
	p.signedIn(c.t, a)
	return true
}

func (c *crowd) logOut(p *person, sid string, s *held) bool {
	if !c.acknowledged(p, c.client.ask(s.access, logOut, nil), doubt{kind: "logout", session: sid}) {
		return false
	}
	s.ended = true
	return true
}

// changePassword ends all sessions and opens one.
func (c *crowd) changePassword(p *person, s *held) bool {
	in := doubt{kind: "change of password", password: fmt.Sprintf("correct horse %d", c.rand.Uint64())}
	a := c.client.ask(s.access, update, vars{"input": vars{"currentPassword": p.password, "newPassword": in.password}})
	if !c.acknowledged(p, a, in) {
		return false
	}
	p.endAll()
	p.password, p.hash = in.password, ""
	var changed struct{ Auth signedIn }
	a.into(c.t, &changed)
	opened := changed.Auth
	p.sessions[session(opened.AccessToken)] = &held{access: opened.AccessToken, refresh: opened.RefreshToken}
	return true
}

func (c *crowd) remove(p *person, s *held) bool {
	a := c.client.ask(s.access, remove, vars{"input": vars{"currentPassword": p.password}})
	if !c.acknowledged(p, a, doubt{kind: "deletion"}) {
		return false
	}
	p.leave()
	return true
}

func (p *person) endAll() {
	for _, s := range p.sessions {
		s.ended = true
	}
}

func (p *person) leave() {
	p.endAll()
	p.gone = true
}

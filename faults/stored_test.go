//go:build faults

package faults_test

import (
	"database/sql"
	"testing"

	_ "modernc.org/sqlite"
)

// stored is all that the database has of people.
type stored struct {
	users    map[string]storedUser      // by username
	sessions map[string]map[string]bool // ids by user id
	blocked  map[string]bool
}

type storedUser struct{ id, name, email, hash string }

func read(t testing.TB, db *sql.DB) *stored {
	t.Helper()
	s := &stored{users: map[string]storedUser{}, sessions: map[string]map[string]bool{}, blocked: map[string]bool{}}
	each(t, db, "SELECT username, id, COALESCE(name, ''), COALESCE(email, ''), password_hash FROM users", func(v []string) {
		s.users[v[0]] = storedUser{v[1], v[2], v[3], v[4]}
	})
	each(t, db, "SELECT id, user_id FROM sessions", func(v []string) {
		if s.sessions[v[1]] == nil {
			s.sessions[v[1]] = map[string]bool{}
		}
		s.sessions[v[1]][v[0]] = true
	})
	each(t, db, "SELECT id FROM blocked_tokens", func(v []string) { s.blocked[v[0]] = true })
	return s
}

func each(t testing.TB, db *sql.DB, query string, f func([]string)) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, pointers := make([]string, len(columns)), make([]any, len(columns))
	for i := range values {
		pointers[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		f(values)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// expectWhole holds what is true whatever was in flight: no session without its user, and none whose id is blocked.
func (s *stored) expectWhole(t testing.TB) {
	t.Helper()
	known := map[string]bool{}
	for _, u := range s.users {
		known[u.id] = true
	}
	for user, sessions := range s.sessions {
		if !known[user] {
			t.Errorf("user %s is gone, and has %d sessions", user, len(sessions))
		}
		for id := range sessions {
			if s.blocked[id] {
				t.Errorf("session %s is there, and blocked", id)
			}
		}
	}
}

// settle holds that all that p was told is in the database, and that what was in doubt is there wholly or not at all. The journal
// has no doubts afterwards. It returns whether what was in doubt has been done.
func (p *person) settle(t testing.TB, s *stored) (done bool) {
	t.Helper()
	in := doubt{}
	if p.doubt != nil {
		in, p.doubt = *p.doubt, nil
	}
	row, there := s.users[p.username]
	live := s.sessions[p.id]
	if there {
		live = s.sessions[row.id]
	}
	switch in.kind {
	case "sign-up":
		if done = there; !there {
			p.gone = true
			return false
		}
		p.id = row.id
		if len(live) != 1 {
			t.Errorf("%s was half signed up: %d sessions", p.username, len(live))
		}
	case "deletion":
		if done = !there; done {
			p.leave()
		}
	case "change":
		if done = there && row.name == in.name; done {
			p.name, p.email = in.name, in.email
		}
	case "change of password":
		if done = there && p.hash != row.hash && p.hash != ""; p.hash == "" { // not known before
			done = p.noneLive(live)
		}
		if done {
			p.endAll()
			p.password, p.hash = in.password, row.hash
		}
	case "logout":
		if done = !live[in.session]; done {
			p.sessions[in.session].ended = true
		}
	case "log-in":
		done = there && len(live) > p.live()
	}
	opens := in.kind == "sign-up" || done && (in.kind == "log-in" || in.kind == "change of password")
	p.compare(t, s, row, there, live, opens)
	return done
}

// compare holds that the database is as in the journal. opened is whether it may and must have one more session.
func (p *person) compare(t testing.TB, s *stored, row storedUser, there bool, live map[string]bool, opened bool) {
	t.Helper()
	if there == p.gone {
		t.Errorf("%s is gone: %v, and in the database: %v", p.username, p.gone, there)
	}
	if there && (row.name != p.name || row.email != p.email || row.id != p.id) {
		t.Errorf("%s is %v, want %+v", p.username, row, *p)
	}
	if p.hash == "" {
		p.hash = row.hash
	} else if there && p.hash != row.hash {
		t.Errorf("the password of %s has changed", p.username)
	}
	for id, held := range p.sessions {
		if live[id] == held.ended || s.blocked[id] != held.ended {
			t.Errorf("session %s of %s has ended: %v; in the database: %v, blocked: %v", id, p.username, held.ended, live[id], s.blocked[id])
		}
	}
	want := p.live()
	for id := range live { // a session of which nobody has the tokens is ended with the others
		if p.sessions[id] == nil {
			p.sessions[id] = &held{}
		}
	}
	if opened {
		want++
	}
	if len(live) != want {
		t.Errorf("%s has %d sessions, want %d", p.username, len(live), want)
	}
}

// live is how many sessions there should be.
func (p *person) live() (n int) {
	for _, s := range p.sessions {
		if !s.ended {
			n++
		}
	}
	return n
}

func (p *person) noneLive(live map[string]bool) bool {
	for id, s := range p.sessions {
		if !s.ended && live[id] {
			return false
		}
	}
	return true
}

//go:build cluster

package cluster_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// stored is all that a node has of people.
type stored struct {
	users     map[string]storedUser // by username
	sessions  map[string]string     // user ids by id
	refreshed map[string]string     // generations of sessions by id
	blocked   map[string]bool
	all       string // to compare it
}

type storedUser struct{ id, name, email string }

func (n *node) read(t testing.TB, database string) *stored {
	t.Helper()
	db, err := n.open(database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // read
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("SET SESSION wsrep_sync_wait = 1"); err != nil {
		t.Fatal(err)
	}
	s := &stored{users: map[string]storedUser{}, sessions: map[string]string{}, refreshed: map[string]string{}, blocked: map[string]bool{}}
	var all strings.Builder
	each(t, db, "SELECT username, id, COALESCE(name, ''), COALESCE(email, ''), lock_version, updated_at FROM users", func(v []string) {
		s.users[v[0]] = storedUser{v[1], v[2], v[3]}
		fmt.Fprintln(&all, v)
	})
	each(t, db, "SELECT id, user_id, generation, last_used_at FROM sessions", func(v []string) {
		s.sessions[v[0]], s.refreshed[v[0]] = v[1], v[2]
		fmt.Fprintln(&all, v)
	})
	each(t, db, "SELECT id FROM blocked_tokens", func(v []string) {
		s.blocked[v[0]] = true
		fmt.Fprintln(&all, v)
	})
	s.all = all.String()
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
		f(slices.Clone(values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// settle holds that a node has all that p was told, and nothing of what was UNAVAILABLE.
func (p *person) settle(t testing.TB, s *stored) {
	t.Helper()
	if row := s.users[p.username]; row.id != p.id || !slices.Contains(p.names, row.name) || !slices.Contains(p.emails, row.email) {
		t.Errorf("%s is %v, want %s with one of %v and one of %v", p.username, row, p.id, p.names, p.emails)
	}
	got, next := s.refreshed[session(p.access)], fmt.Sprint(p.generation+1)
	if got != fmt.Sprint(p.generation) && (!p.maybeNext || got != next) {
		t.Errorf("the session of %s is at generation %s, want %d; one more is possible: %v", p.username, got, p.generation, p.maybeNext)
	}
	for username, want := range p.accounts {
		row, found := s.users[username]
		if want != unknown && found != (want == there) {
			t.Errorf("%s is there: %v, want %v", username, found, want == there)
		}
		if found && !slices.Contains(slices.Collect(maps.Values(s.sessions)), row.id) {
			t.Errorf("%s was half signed up: there is no session", username)
		}
	}
	for id, want := range p.sessions {
		_, found := s.sessions[id]
		if want == there && !found || want == gone && (found || !s.blocked[id]) {
			t.Errorf("session %s of %s is there: %v, and blocked: %v; want %v", id, p.username, found, s.blocked[id], want)
		}
		if found == s.blocked[id] {
			t.Errorf("session %s of %s is half ended", id, p.username)
		}
	}
}

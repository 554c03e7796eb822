package main_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"latchkey/internal/testdb"
)

// oldSystem is one that docs/migrating.md has a command for. Its database is made by a script in testdata/migrating.
type oldSystem struct {
	heading string
	name    string // of the files in testdata/migrating
	file    string // the SQLite database that the command reads, or else ""
	export  string // or the file that it reads
	clear   bool   // passwords are in clear
	change  string // gives someone the password of ada
}

var theFour = []oldSystem{
	{heading: "Flask, MySQL, bcrypt", name: "flask_mysql",
		change: "UPDATE user u JOIN user ada ON ada.email = 'ada@example.org' SET u.password = ada.password WHERE u.email = '%s'"},
	{heading: "Flask, SQLite, a salt and a key", name: "flask_sqlite", file: "app.db",
		change: "UPDATE users SET password = (SELECT password FROM users WHERE username = 'ada') WHERE username = '%s'"},
	{heading: "Flask-JWT, passwords in clear", name: "flask_jwt", file: "data.db", clear: true,
		change: "UPDATE users SET password = (SELECT password FROM users WHERE username = 'ada') WHERE username = '%s'"},
	{heading: "Flask-JWT-Extended, MySQL, passlib", name: "flask_jwt_extended",
		change: "UPDATE users u JOIN users ada ON ada.username = 'ada' SET u.password = ada.password WHERE u.username = '%s'"},
}

func TestUsersOfTheFourSystemsLogInHere(t *testing.T) {
	t.Parallel()
	for _, from := range theFour {
		for _, to := range testdb.Kinds {
			t.Run(from.name+" to "+to.Name, func(t *testing.T) {
				t.Parallel()
				testMove(t, from, to)
			})
		}
	}
}

func testMove(t *testing.T, from oldSystem, to testdb.Kind) {
	m := newMove(t, from, to)
	in, report := m.split()
	n, refused := len(in), len(m.people)-len(in)
	if n < 50 || refused == 0 {
		t.Fatalf("%d people, %d refused", n, refused)
	}

	expect := func(how int, summary string) {
		t.Helper()
		if got := m.comeIn(t, how); !strings.HasPrefix(got, report) || !strings.Contains(got, summary) || strings.Count(got, "line ") != refused {
			t.Errorf("printed:\n%s\nwant %s%s", got, report, summary)
		}
	}
	expect(dryRun, fmt.Sprintf("dry run, nothing is written: %d added, 0 updated, 0 left as they were, %d refused\n", n, refused))
	if rows := m.rows(t); len(rows) > 0 {
		t.Fatalf("the dry run has written %d", len(rows))
	}
	expect(first, fmt.Sprintf("\n%d added, 0 updated, 0 left as they were, %d refused\n", n, refused))
	before := m.rows(t)
	for _, how := range []int{first, update} {
		expect(how, fmt.Sprintf("\n0 added, 0 updated, %d left as they were, %d refused\n", n, refused))
		if after := m.rows(t); !reflect.DeepEqual(fmt.Sprint(after), fmt.Sprint(before)) {
			t.Errorf("import %d has changed something", how)
		}
	}

	m.server = serve(t, m.dir, m.env...)
	here, never := in[1], in[n-1] // who logs in before the switch, and who does not
	for _, p := range in[:n-1] {
		m.expectLogIn(t, p)
	}

	for _, p := range []*person{here, never} {
		m.sql(t, fmt.Sprintf(m.change, p.identifier()))
	}
	ada := in[0].Password
	if hash := m.hash(t, never); !m.clear && !current.Outdated(hash) {
		t.Fatalf("before any log-in %q is stored", hash)
	}
	expect(update, fmt.Sprintf("\n0 added, 1 updated, %d left as they were, %d refused\nof those left, %d have been used", n-1, refused, n-1))
	if _, code := m.logIn(t, never, never.Password); code != "INVALID_CREDENTIALS" {
		t.Errorf("the password from before the change: %q", code)
	}
	if _, code := m.logIn(t, never, ada); code != "" {
		t.Errorf("the password that was changed in the old system: %q", code)
	}
	if _, code := m.logIn(t, here, ada); code != "INVALID_CREDENTIALS" {
		t.Errorf("the password that was changed after the first log-in here: %q", code)
	}
	if _, code := m.logIn(t, here, here.Password); code != "" {
		t.Errorf("the password of the first log-in here: %q", code)
	}
}

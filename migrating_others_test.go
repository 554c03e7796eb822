package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/testdb"
)

var theOthers = []oldSystem{
	{heading: "Django", name: "django_app", file: "db.sqlite3"},
	{heading: "Werkzeug (Flask-Login and others)", name: "werkzeug_app", file: "db.sqlite"},
	{heading: "Laravel", name: "laravel"},
	{heading: "Keycloak", name: "keycloak", export: "export/shop-realm.json"},
}

func TestUsersOfTheOtherSystemsLogInHere(t *testing.T) {
	t.Parallel()
	for _, from := range theOthers {
		t.Run(from.name, func(t *testing.T) {
			t.Parallel()
			m := newMove(t, from, testdb.Kinds[0])
			in, report := m.split()
			got := m.comeIn(t, first)
			if want := fmt.Sprintf("%s%d added, 0 updated, 0 left as they were, %d refused\n", report, len(in), len(m.people)-len(in)); !strings.HasPrefix(got, want) {
				t.Errorf("printed:\n%s\nwant %s", got, want)
			}
			m.server = serve(t, m.dir, m.env...)
			for _, p := range in {
				m.expectLogIn(t, p)
			}
		})
	}
}

// What the guide shows as commands is run by these tests: under each heading as many blocks as they take.
func TestEveryCommandOfTheMigrationGuideIsRun(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("docs/migrating.md")
	if err != nil {
		t.Fatal(err)
	}
	run := len(guide(t, "How a move goes")) + len(guide(t, "What is refused")) + len(theFour) + len(theOthers)
	if n := strings.Count(string(text), "```sh\n"); n != run {
		t.Errorf("docs/migrating.md has %d blocks of commands, %d are run", n, run)
	}
}

// The files that the commands make hold hashes, and so are nobody else's business.
func TestExportsAreForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	for _, from := range theFour {
		if from.clear {
			continue
		}
		m := newMove(t, from, testdb.Kinds[0])
		m.shell(t, guide(t, from.heading)[0])
		info, err := os.Stat(filepath.Join(m.dir, "users.ndjson"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", from.name, info.Mode(), err)
		}
	}
}

// What the guide says of usernames that are refused, with those of Django.
func TestPeopleComeInWithoutARefusedUsername(t *testing.T) {
	t.Parallel()
	m := newMove(t, oldSystem{heading: "Django", name: "django_app", file: "db.sqlite3"}, testdb.Kinds[0])
	m.comeIn(t, first)
	before := len(m.rows(t))
	for n, commands := range guide(t, "What is refused") {
		got := m.shell(t, commands)
		if !strings.Contains(got, "1 added, 0 updated") {
			t.Errorf("%d: %s", n, got)
		}
	}
	if n := len(m.rows(t)); n != before+2 {
		t.Errorf("%d and then %d accounts", before, n)
	}
	m.server = serve(t, m.dir, m.env...)
	for _, p := range []*person{
		{Email: "plus@example.org", Password: "plus and minus", CreatedAt: "2020-01-01 00:00:00"},
		{Email: "as.username@example.org", Password: "only a username", CreatedAt: "2020-01-01 00:00:00"},
	} {
		m.expectLogIn(t, p)
	}
}

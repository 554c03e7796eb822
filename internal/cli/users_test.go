package cli_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testdb"
)

// accounts is a migrated SQLite database without any.
type accounts struct {
	t   *testing.T
	url string
	now time.Time
}

func newAccounts(t *testing.T) *accounts {
	t.Helper()
	a := &accounts{t: t, url: testdb.SQLite(t), now: noon}
	testdb.OpenMigrated(t, a.url)
	return a
}

// run runs `latchkey users`, with this on standard input.
func (a *accounts) run(stdin string, args ...string) result {
	a.t.Helper()
	return runWith(a.t, strings.NewReader(stdin), a.now, nil, append([]string{"users", "--database-url=" + a.url}, args...)...)
}

// must runs a command that has to succeed without a word on stderr, and returns what it prints.
func (a *accounts) must(stdin string, args ...string) string {
	a.t.Helper()
	r := a.run(stdin, args...)
	if r.code != 0 || r.stderr != "" {
		a.t.Fatalf("%v: code %d, %s", args, r.code, r.stderr)
	}
	return r.stdout
}

// fails runs a command that has to end with this code and one line with these words.
func (a *accounts) fails(code int, args []string, words ...string) {
	a.t.Helper()
	r := a.run("correct horse battery", args...)
	if r.code != code || r.stdout != "" {
		a.t.Errorf("%v: code %d, want %d; printed %q", args, r.code, code, r.stdout)
	}
	r.complains(a.t, words...)
}

// object is the one line of JSON that a command prints.
func object(t *testing.T, line string) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(line), &fields); err != nil || strings.Count(line, "\n") != 1 {
		t.Fatalf("%v: %q", err, line)
	}
	return fields
}

func TestUsersThatCanNotBeChanged(t *testing.T) {
	t.Parallel()
	database := "--database-url=sqlite:" + filepath.Join(t.TempDir(), "latchkey.db")
	if r := run(t, nil, "users", "delete", "ada", database); r.code != 1 {
		t.Errorf("without a database: code %d", r.code)
	}
	if r := run(t, nil, "migrate", "up", database); r.code != 0 {
		t.Fatal(r.stderr)
	}
	for name, c := range map[string]struct {
		code int
		want string
		args []string
	}{
		"nobody":              {1, "there is no account", []string{"delete", "ada"}},
		"nobody to change":    {1, "there is no account", []string{"update", "ada", "--disabled"}},
		"nobody to show":      {1, "there is no account", []string{"show", "ada"}},
		"nothing to change":   {1, "nothing to change", []string{"update", "ada"}},
		"another role":        {2, "--role", []string{"update", "ada", "--role=ROOT"}},
		"without saying whom": {2, "who", []string{"delete"}},
	} {
		r := run(t, nil, append(append([]string{"users"}, c.args...), database)...)
		if r.code != c.code || r.stdout != "" {
			t.Errorf("%s: code %d, want %d; printed %q", name, r.code, c.code, r.stdout)
		}
		r.complains(t, c.want)
	}
}

func TestUsersNeedAMigratedDatabaseThatAnswers(t *testing.T) {
	empty := testdb.SQLite(t)
	testdb.Open(t, empty)
	file := filepath.Join(t.TempDir(), "accounts")
	for name, c := range map[string]struct{ url, want string }{
		"missing":      {testdb.SQLite(t), "there is no database at"},
		"not migrated": {empty, "latchkey migrate up"},
		"away":         {"mysql://latchkey:" + secret + "@127.0.0.1:1/latchkey", "connection refused"},
	} {
		t.Setenv("LATCHKEY_DATABASE_URL", c.url)
		for _, command := range []string{"create --username ada", "list", "show ada", "update ada --password", "delete ada", "export", "export " + file} {
			r := run(t, nil, append([]string{"users"}, strings.Fields(command)...)...)
			if r.code != 1 || r.stdout != "" {
				t.Errorf("%s, %s: code %d, printed %q", name, command, r.code, r.stdout)
			}
			r.complains(t, c.want)
		}
	}
	if left, _ := filepath.Glob(file + "*"); len(left) > 0 {
		t.Errorf("the export left %v", left)
	}
}

// A password is never an argument: others on the machine can see these. One that was given all the same is not repeated.
func TestPasswordIsNoArgument(t *testing.T) {
	t.Parallel()
	for _, args := range []string{
		"create --username ada --password=" + secret, "create --username ada --password " + secret, "create --password",
		"update ada --password=" + secret, "update ada --password " + secret, "update --password " + secret + " ada",
		"update ada --password=true", "update ada --password=" + secret + " --role=ROOT",
	} {
		r := run(t, nil, append([]string{"users"}, strings.Fields(args)...)...)
		r.misused(t, "--password takes no value", "standard input")
	}
}

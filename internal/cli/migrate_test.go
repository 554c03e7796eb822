package cli_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"latchkey/internal/testdb"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	database := "--database-url=sqlite:" + filepath.Join(t.TempDir(), "latchkey.db")
	for _, step := range []struct {
		command        string
		code           int
		stdout, stderr string // regular expressions
	}{
		{"status", 1, `^$`, `^latchkey: there is no database at `}, // and none is made
		{"down", 1, `^$`, `^latchkey: there is no database at `},
		{"up", 0, `^applied \d{14}_init\.sql\n(applied \d{14}_\w+\.sql\n)*$`, `^$`},
		{"up", 0, `^nothing to do\n$`, `^$`},
		{"status", 0, `^(\d{14}_\w+\.sql +applied \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)\n)+$`, `^$`},
		{"down", 0, `^took back \d{14}_user_lock\.sql\n$`, `^$`},
		{"down", 0, `^took back \d{14}_administration\.sql\n$`, `^$`},
		{"status", 0, `^\d{14}_init\.sql +applied \S+\n\d{14}_sessions\.sql +applied \S+\n\d{14}_administration\.sql +pending\n\d{14}_user_lock\.sql +pending\n$`, `^$`},
		{"down", 0, `^took back \d{14}_sessions\.sql\n$`, `^$`},
		{"down", 0, `^took back \d{14}_init\.sql\n$`, `^$`},
		{"down", 1, `^$`, `^latchkey: no migration is applied\n$`},
		{"up", 0, `^(applied \d{14}_\w+\.sql\n){4}$`, `^$`},
	} {
		r := run(t, nil, "migrate", step.command, database)
		if r.code != step.code || r.served != nil {
			t.Errorf("%s: code %d, want %d", step.command, r.code, step.code)
		}
		if !regexp.MustCompile(step.stdout).MatchString(r.stdout) || !regexp.MustCompile(step.stderr).MatchString(r.stderr) {
			t.Errorf("%s printed %q and %q, want %s and %s", step.command, r.stdout, r.stderr, step.stdout, step.stderr)
		}
	}
}

// After a new version was taken back, and its migration was not.
func TestMigrateOfADatabaseThatANewerLatchkeyHasMigrated(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	testdb.OpenMigrated(t, url)
	testdb.Newer(t, url)
	for _, step := range []struct {
		command        string
		code           int
		stdout, stderr string // regular expressions
	}{
		{"up", 0, `^nothing to do\n$`, `^$`},
		{"status", 0, `^(\d{14}_\w+\.sql +applied \S+\n)+` + testdb.NewerVersion + ` +applied \S+ by a newer latchkey\n$`, `^$`},
		{"down", 1, `^$`, `^latchkey: the last migration is not known here: use the latchkey that applied it\n$`},
		{"status", 0, `\n` + testdb.NewerVersion + ` +applied \S+ by a newer latchkey\n$`, `^$`},
	} {
		r := run(t, nil, "migrate", step.command, "--database-url="+url)
		if r.code != step.code || !regexp.MustCompile(step.stdout).MatchString(r.stdout) || !regexp.MustCompile(step.stderr).MatchString(r.stderr) {
			t.Errorf("%s: code %d, printed %q and %q, want %d, %s and %s", step.command, r.code, r.stdout, r.stderr, step.code, step.stdout, step.stderr)
		}
	}
}

func TestMigrateOfADatabaseThatIsAway(t *testing.T) {
	t.Setenv("LATCHKEY_DATABASE_URL", "mysql://latchkey:"+secret+"@127.0.0.1:1/latchkey")
	for _, command := range []string{"up", "down", "status"} {
		r := run(t, nil, "migrate", command)
		if r.code != 1 || r.stdout != "" {
			t.Errorf("%s: code %d, stdout %q", command, r.code, r.stdout)
		}
		r.complains(t, "connection refused")
	}
}

func TestMigrateOfADatabaseThatCanNotBeOpened(t *testing.T) {
	t.Parallel()
	r := run(t, nil, "migrate", "up", "--database-url=sqlite:"+t.TempDir())
	if r.code != 1 || r.stdout != "" {
		t.Errorf("code %d, stdout %q", r.code, r.stdout)
	}
	r.complains(t, "directory")
}

//go:build faults

package faults_test

import (
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testdb"
)

// MySQL keeps each statement that alters tables. The first migration makes three tables.
func TestMigrationThatIsInterruptedOnMariaDBSaysWhatToDo(t *testing.T) {
	t.Parallel() // it waits most of the time
	m := newMariaDB(t)
	interruptMigration(t, m, "CREATE TABLE `users`")
	db := m.open("latchkey")
	defer db.Close() //nolint:errcheck // read
	if tables := tables(t, db); tables["sessions"] || !tables["blocked_tokens"] {
		t.Fatalf("not killed half-way: %v", tables)
	}

	here := newPlace(t, m.URL)
	start := time.Now()
	output, err := run(here)
	t.Logf("after %v: %s", time.Since(start), output)
	lines := strings.Split(strings.TrimSpace(output), "\n")
	last := lines[len(lines)-1]
	for _, text := range []string{"latchkey: database: migration ", "_init.sql", "interrupted", "docs/operations.md", "blocked_tokens"} {
		if !strings.Contains(last, text) {
			t.Errorf("the last line does not say %q", text)
		}
	}
	if exit, is := err.(*exec.ExitError); !is || exit.ExitCode() != 1 { //nolint:errorlint // it is not wrapped
		t.Errorf("ended with %v", err)
	}
	again, err := run(here) // at once: what failed has left no lock
	t.Logf("again: %s", again)
	if err == nil || !strings.HasSuffix(strings.TrimSpace(again), strings.TrimPrefix(last, "latchkey: ")) {
		t.Errorf("then it ended with %v", err)
	}

	finishByHand(t, db)
	server := here.serve(t)
	if a := server.ask("", signUp, vars{"input": vars{"username": "ada", "password": secret}}); !a.ok() {
		t.Error(a.body, a.lost)
	}
}

// What goose makes for itself before it begins can't be finished by anyone else.
func TestMigrationThatIsInterruptedBeforeItBeginsOnMariaDBIsDoneByTheNextStart(t *testing.T) {
	m := newMariaDB(t)
	interruptMigration(t, m, "CREATE TABLE goose_db_version")
	server := newPlace(t, m.URL).serve(t)
	if a := server.ask("", signUp, vars{"input": vars{"username": "ada", "password": secret}}); !a.ok() {
		t.Error(a.body, a.lost)
	}
}

// interruptMigration starts a server on an empty database, and kills it as soon as it has sent a text.
func interruptMigration(t *testing.T, m *mariadb, text string) {
	t.Helper()
	gate := testdb.NewGate(t, m.URL)
	gate.Open()
	killed := newPlace(t, gate.URL).launch(t)
	sent := make(chan struct{})
	gate.CallAt(text, func() { close(sent); _ = killed.Process.Kill() })
	<-killed.log.ended
	killed.kill()
	select {
	case <-sent:
	default:
		t.Fatalf("it has not sent %q:\n%s", text, killed.log)
	}
	gate.Close()
	m.awaitNobody()
}

// finishByHand does what docs/operations.md says.
func finishByHand(t *testing.T, db *sql.DB) {
	t.Helper()
	const version = "20261122052029"
	file, err := os.ReadFile("../ent/migrate/mysql/" + version + "_init.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, up, _ := strings.Cut(string(file), "-- +goose Up\n")
	up, _, _ = strings.Cut(up, "-- +goose Down\n")
	done := tables(t, db)
	for statement := range strings.SplitSeq(strings.TrimSpace(up), ";\n") {
		_, create, _ := strings.Cut(statement, "CREATE TABLE `")
		if table, _, _ := strings.Cut(create, "`"); !done[table] {
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(statement, err)
			}
		}
	}
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (" + version + ", 1)"); err != nil {
		t.Fatal(err)
	}
}

func tables(t testing.TB, db *sql.DB) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	each(t, db, "SHOW TABLES", func(v []string) { found[v[0]] = true })
	return found
}

// run runs the program, which is expected to end by itself.
func run(p *place, args ...string) (string, error) {
	command := exec.Command(p.program, args...)
	command.Dir, command.Env = p.dir, p.env
	output, err := command.CombinedOutput()
	return string(output), err
}

// SQLite takes a migration back that was not finished. The last but one makes three indexes of users, which takes a while with so many.
func TestMigrationThatIsInterruptedOnSQLiteIsDoneByTheNextStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "latchkey.db")
	here := newPlace(t, "sqlite:"+path)
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(60000)&_pragma=synchronous(OFF)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // read
	if output, err := run(here, "migrate", "up"); err != nil {
		t.Fatal(output)
	}
	for _, last := range []string{"user_lock", "administration"} {
		if output, err := run(here, "migrate", "down"); err != nil || !strings.Contains(output, last) {
			t.Fatal(output)
		}
	}
	const users = 200_000
	_, err = db.Exec(`INSERT INTO users (id, username, password_hash, created_at, updated_at)
		WITH RECURSIVE seq(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM seq WHERE n < ?)
		SELECT printf('01a00000-%04x-7000-8000-%012x', n >> 8, n), 'user' || n, 'none', '2026-11-01 00:00:00+00:00', '2026-11-01 00:00:00+00:00' FROM seq`, users)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	columns := func() (found string) {
		each(t, db, "SELECT group_concat(name) FROM pragma_table_info('users')", func(v []string) { found = v[0] })
		return found
	}
	before := columns()

	killed := here.launch(t)
	for start := time.Now(); time.Since(start) < startLimit; time.Sleep(time.Millisecond) {
		if wal, err := os.Stat(path + "-wal"); err == nil && wal.Size() > 1<<20 { // some of it is on disk
			break
		}
	}
	killed.kill()
	if len(killed.log.with("applied a migration")) > 0 {
		t.Fatalf("killed too late:\n%s", killed.log)
	}
	if after := columns(); after != before {
		t.Errorf("half-way the columns are %s, before they were %s", after, before)
	}
	server := here.serve(t)
	if len(server.log.with("applied a migration")) != 2 || columns() == before {
		t.Errorf("not applied:\n%s", server.log)
	}
	each(t, db, "PRAGMA integrity_check", func(v []string) {
		if v[0] != "ok" {
			t.Error(v[0])
		}
	})
	if a := server.ask("", signUp, vars{"input": vars{"username": "ada", "password": secret}}); !a.ok() {
		t.Error(a.body, a.lost)
	}
}

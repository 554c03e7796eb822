package server_test

import (
	"database/sql"
	"net/http"
	"net/url"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "modernc.org/sqlite"

	"latchkey/internal/config"
	"latchkey/internal/testdb"
)

const unavailable = "UNAVAILABLE retryAfter=1"

func TestADefectIsInternalWithARequestIDThatTheLogKnows(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		s.exec(t, "UPDATE users SET password_hash = 'broken'")
		a := s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).refused(t, "INTERNAL")
		id, _ := a.Errors[0].Extensions["requestId"].(string)
		if id == "" || id != a.header.Get("X-Request-Id") {
			t.Errorf("request id %q", id)
		}
		if strings.Contains(a.body, "hash") || strings.Contains(a.body, "broken") {
			t.Errorf("the cause got out: %s", a.body)
		}
		found := false
		for line := range strings.Lines(s.log.String()) {
			found = found || (strings.Contains(line, id) && strings.Contains(line, `"cause"`))
		}
		if !found {
			t.Errorf("the log has no cause under %s:\n%s", id, s.log.String())
		}
	})
}

func TestReadyOnlyWhenMigrated(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.expect(t, "/healthz", http.StatusOK, "ok\n")
		s.expect(t, "/readyz", http.StatusServiceUnavailable, "migrations are pending\n")
		s.ask(t, "", signup, input(vars{"email": "ada@example.org", "password": secret})).refused(t, unavailable)
		s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).refused(t, unavailable)
		if strings.Contains(s.log.String(), "argon2id") {
			t.Error("the hash of the failed sign-up got into the log")
		}
		db := testdb.OpenMigrated(t, s.config.DatabaseURL)
		s.expect(t, "/readyz", http.StatusOK, "ready\n")
		s.join(t, "ada@example.org")
		if _, err := db.MigrateDown(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.expect(t, "/readyz", http.StatusServiceUnavailable, "migrations are pending\n")
	}, func(c *config.Config) { c.AutoMigrate = false })
}

func TestDatabaseAwayIsUnavailableUntilItIsBack(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	s := start(t, gate.URL)
	ada := s.join(t, "ada@example.org")

	gate.Close()
	s.ask(t, ada.token, me, nil).refused(t, unavailable)
	s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).refused(t, unavailable)
	s.ask(t, "", signup, input(vars{"email": "grace@example.org", "password": secret})).refused(t, unavailable)
	s.ask(t, ada.token, logout, vars{"scope": "CURRENT"}).refused(t, unavailable)
	s.expect(t, "/healthz", http.StatusOK, "ok\n")
	s.expect(t, "/readyz", http.StatusServiceUnavailable, "the database does not answer\n")

	gate.Open()
	s.awaitReady(t)
	s.ask(t, ada.token, me, nil).ok(t)
	s.join(t, "grace@example.org")
}

// awaitReady waits until a database that is back has been noticed: then all requests are served.
func (s *testServer) awaitReady(t testing.TB) {
	t.Helper()
	eventually(t, func() bool { return s.send(t, http.MethodGet, "/readyz", nil, nil).status == http.StatusOK })
}

// What is in flight when that is noticed waits for the database or for a hash; what comes later waits for nothing.
func TestDatabaseThatHangsIsUnavailableForEverythingUntilItIsBack(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	s := start(t, gate.URL) // an operation has 5 minutes
	ada := s.join(t, "ada@example.org")

	gate.Stall()
	s.ask(t, ada.token, me, nil).refused(t, unavailable)
	s.ask(t, "", signup, input(vars{"email": "grace@example.org", "password": secret})).refused(t, unavailable)
	if a := s.ask(t, "garbage", me, nil).refused(t, unavailable); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") != "1" {
		t.Errorf("status %d, headers %v", a.status, a.header)
	}
	s.expect(t, "/healthz", http.StatusOK, "ok\n")
	s.expect(t, "/readyz", http.StatusServiceUnavailable, "the database does not answer\n")
	if strings.Contains(s.log.String(), "the client is gone") {
		t.Error("the client is blamed for it")
	}

	gate.Close() // what is lost on the way stays lost
	gate.Open()
	s.awaitReady(t)
	s.ask(t, ada.token, me, nil).ok(t)
	s.join(t, "grace@example.org")
	for _, line := range []string{"the database does not answer: all", "the database answers again"} {
		if n := strings.Count(s.log.String(), line); n != 1 {
			t.Errorf("said %d times: %s", n, line)
		}
	}
}

func TestConnectionThatDiesDuringCommitIsOutcomeUnknown(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	s := start(t, gate.URL)
	gate.CutAt("COMMIT")
	s.ask(t, "", signup, input(vars{"email": "ada@example.org", "password": secret})).refused(t, "OUTCOME_UNKNOWN")
	gate.CutAt("INSERT")
	s.ask(t, "", signup, input(vars{"email": "grace@example.org", "password": secret})).refused(t, unavailable)
	gate.CutAt("")
	s.join(t, "grace@example.org") // nothing was applied
}

// exec runs a statement in the server's database, behind its back.
func (s *testServer) exec(t testing.TB, statement string) {
	t.Helper()
	driver, dsn := "sqlite", strings.TrimPrefix(s.config.DatabaseURL, "sqlite:")
	if address, err := url.Parse(s.config.DatabaseURL); err == nil && address.Scheme == "mysql" {
		driver, dsn = "mysql", address.User.String()+"@tcp("+address.Host+")"+address.Path
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // the statement counts
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// expect holds what a plain page answers.
func (s *testServer) expect(t testing.TB, path string, status int, body string) {
	t.Helper()
	if a := s.send(t, http.MethodGet, path, nil, nil); a.status != status || a.body != body {
		t.Errorf("%s: status %d: %s", path, a.status, a.body)
	}
}

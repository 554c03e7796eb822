//go:build faults

package faults_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

const (
	million     = 1_000_000
	readyWithin = time.Second
	starts      = 3 // the fastest counts: the machine may be busy with something else
)

func TestRestartWithAMillionUsersAndAMillionBlockedIDsIsReadyWithinASecondOnSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "latchkey.db")
	here := newPlace(t, "sqlite:"+path)
	server := here.serve(t)
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(60000)&_pragma=synchronous(OFF)&_pragma=cache_size(-262144)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	const numbers = "WITH RECURSIVE seq(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM seq WHERE n < ?) "
	start := time.Now()
	for _, insert := range []string{
		`INSERT INTO users (id, email, username, name, password_hash, created_at, updated_at) ` + numbers +
			`SELECT printf('01a00000-%04x-7000-8000-%012x', n >> 8, n), 'user' || n || '@example.org', 'user' || n, 'User ' || n, 'none',
				'2026-11-01 00:00:00+00:00', '2026-11-01 00:00:00+00:00' FROM seq`,
		`INSERT INTO blocked_tokens (id, created_at, expires_at) ` + numbers +
			`SELECT printf('01b00000-%04x-7000-8000-%012x', n >> 8, n), '2026-11-01 00:00:00+00:00', '2100-01-01 00:00:00+00:00' FROM seq`,
	} {
		if _, err := db.Exec(insert, million); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("filled in %v", time.Since(start))
	if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA wal_autocheckpoint(0)"); err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // what it has written is there
	testRestarts(t, here, server, func() { growLog(t, db, path+"-wal") })
}

func TestRestartWithAMillionUsersAndAMillionBlockedIDsIsReadyWithinASecondOnMariaDB(t *testing.T) {
	m := newMariaDB(t)
	here := newPlace(t, m.URL)
	server := here.serve(t)
	db := m.open("latchkey")
	defer db.Close() //nolint:errcheck // filled
	start := time.Now()
	for _, insert := range []string{
		`INSERT INTO users (id, email, username, name, password_hash, created_at, updated_at)
			SELECT CONCAT('01a00000-', LPAD(HEX(seq >> 8), 4, '0'), '-7000-8000-', LPAD(HEX(seq), 12, '0')), CONCAT('user', seq, '@example.org'),
				CONCAT('user', seq), CONCAT('User ', seq), 'none', '2026-11-01', '2026-11-01' FROM seq_1_to_1000000`,
		`INSERT INTO blocked_tokens (id, created_at, expires_at)
			SELECT CONCAT('01b00000-', LPAD(HEX(seq >> 8), 4, '0'), '-7000-8000-', LPAD(HEX(seq), 12, '0')), '2026-11-01', '2100-01-01' FROM seq_1_to_1000000`,
	} {
		if _, err := db.Exec(strings.ReplaceAll(insert, "\n\t", " ")); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("filled in %v", time.Since(start))
	server = testRestarts(t, here, server, func() {})
	t.Run("an index is added, and nobody waits for it", func(t *testing.T) {
		l := &load{t: t, client: newClient(t, server.url), calm: true, stop: make(chan struct{})}
		l.visit()
		start := time.Now()
		if _, err := db.Exec("ALTER TABLE users ADD INDEX user_updated_at (updated_at), LOCK=NONE"); err != nil {
			t.Fatal(err)
		}
		t.Logf("added in %v", time.Since(start))
		l.end()
		l.expectNoFailure(t, "signup", "logout", afterLogout)
	})
}

// walPages is after how many the server empties the write-ahead log: the most that is left of it by a kill, to be read again.
const walPages = 8000

// growLog writes as much, beside the server.
func growLog(t *testing.T, db *sql.DB, path string) {
	t.Helper()
	for turn := 0; ; turn++ {
		wal, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if wal.Size() > walPages*4096 {
			t.Logf("the write-ahead log has %d MB", wal.Size()>>20)
			return
		}
		if _, err := db.Exec("UPDATE users SET name = name || '.' WHERE rowid % 500 = ? AND name LIKE 'User %'", turn); err != nil {
			t.Fatal(err)
		}
	}
}

// testRestarts kills the server under load, again and again, and starts it anew. It returns the last.
func testRestarts(t *testing.T, here *place, server *process, before func()) *process {
	t.Helper()
	l := newLoad(t, server.client, 4)
	var took []time.Duration
	for range starts {
		l.client = server.client
		l.run()
		time.Sleep(300 * time.Millisecond)
		before()
		server.kill()
		l.end()
		launched := time.Now()
		server = here.launch(t)
		server.awaitReady(t)
		took = append(took, time.Since(launched))
	}
	t.Logf("ready after %v", took)
	if fastest := slices.Min(took); fastest > readyWithin {
		t.Errorf("ready after %v at best, want %v", fastest, readyWithin)
	}
	var who struct{ ID string }
	if a := server.ask(l.users[0].first, me, nil); !a.ok() {
		t.Error(a.body, a.lost)
	} else if a.into(t, &who); who.ID != l.users[0].id {
		t.Error(a.body)
	}
	return server
}

package store_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"latchkey/ent"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

func TestMySQLIsServedByAny(t *testing.T) {
	t.Parallel()
	url := testdb.MariaDB(t)
	for range 2 {
		if err := testdb.Open(t, url).Serve(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// Two transactions that lock the same rows in opposite order: MariaDB breaks one off, and it runs again.
func TestMySQLRunsADeadlockedTransactionAgain(t *testing.T) {
	t.Parallel()
	db := testdb.OpenMigrated(t, testdb.MariaDB(t))
	ctx := t.Context()
	alice, bob := mustCreate(t, db, "alice@example.org"), mustCreate(t, db, "bob@example.org")
	raise := func(tx *ent.Tx, u *ent.User) error { return tx.User.UpdateOne(u).AddCredentialVersion(1).Exec(ctx) }

	var bothHold sync.WaitGroup // until both have locked their first row
	bothHold.Add(2)
	var runs atomic.Int32
	transfer := func(first, second *ent.User) error {
		held := sync.OnceFunc(bothHold.Done)
		defer held()
		return db.Tx(ctx, func(tx *ent.Tx) error {
			runs.Add(1)
			if err := raise(tx, first); err != nil {
				return err
			}
			held()
			bothHold.Wait()
			return raise(tx, second)
		})
	}
	var all sync.WaitGroup
	for _, order := range [][2]*ent.User{{alice, bob}, {bob, alice}} {
		all.Go(func() {
			if err := transfer(order[0], order[1]); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if runs.Load() < 3 {
		t.Errorf("%d runs: there was no deadlock", runs.Load())
	}
	for _, u := range []*ent.User{alice, bob} {
		now, err := db.Read.User.Get(ctx, u.ID)
		if err != nil || now.CredentialVersion != 3 { // 1, and once for each transaction
			t.Errorf("%v, %v; want version 3", now, err)
		}
	}
}

func TestMySQLConnectionThatIsKilled(t *testing.T) {
	t.Parallel()
	t.Run("before a statement, changes nothing and may be tried again", func(t *testing.T) {
		t.Parallel()
		address := testdb.MariaDB(t)
		db := testdb.OpenMigrated(t, address)
		err := db.Tx(t.Context(), func(tx *ent.Tx) error {
			if _, err := create(t.Context(), tx, "alice@example.org"); err != nil {
				return err
			}
			killConnections(t, address)
			_, err := create(t.Context(), tx, "bob@example.org")
			return err
		})
		if !store.Unavailable(err) || errors.Is(err, store.ErrOutcomeUnknown) {
			t.Errorf("error %v; want one that means unavailable", err)
		}
		expectUsers(t, db, 0)
	})
	t.Run("before the commit, is never taken for a success", func(t *testing.T) {
		t.Parallel()
		address := testdb.MariaDB(t)
		db := testdb.OpenMigrated(t, address)
		err := db.Tx(t.Context(), func(tx *ent.Tx) error {
			_, err := create(t.Context(), tx, "alice@example.org")
			killConnections(t, address)
			return err
		})
		if err == nil || store.Unavailable(err) == errors.Is(err, store.ErrOutcomeUnknown) {
			t.Errorf("error %v; want either unavailable or an unknown outcome", err)
		}
		expectUsers(t, db, 0)
	})
	t.Run("while it is idle, is replaced", func(t *testing.T) {
		t.Parallel()
		address := testdb.MariaDB(t)
		db := testdb.OpenMigrated(t, address)
		killConnections(t, address)
		mustCreate(t, db, "alice@example.org")
		killConnections(t, address)
		expectUsers(t, db, 1)
	})
}

func TestMySQLCommitThatIsNotAnswered(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	db := testdb.OpenMigrated(t, gate.URL)
	ctx, giveUp := context.WithCancel(t.Context())
	gate.CallAt("COMMIT", giveUp)
	err := db.Tx(ctx, func(tx *ent.Tx) error {
		_, err := create(ctx, tx, "alice@example.org")
		gate.Stall()
		return err
	})
	if !errors.Is(err, store.ErrOutcomeUnknown) {
		t.Errorf("error %v; want an unknown outcome", err)
	}
	gate.Close() // or the connection would be waited for at the end
}

// killConnections kills all connections to the database at address, and waits until they are gone.
func killConnections(t *testing.T, address string) {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("mysql", os.Getenv("LATCHKEY_TEST_MYSQL_DSN"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close() //nolint:errcheck // it has done its work
	ids := func() (found []int64) {
		rows, err := admin.QueryContext(t.Context(), "SELECT id FROM information_schema.processlist WHERE db = ?",
			strings.TrimPrefix(parsed.Path, "/"))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close() //nolint:errcheck // Err tells
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				t.Fatal(err)
			}
			found = append(found, id)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return found
	}
	found := ids()
	if len(found) == 0 {
		t.Fatal("there is no connection to kill")
	}
	for _, id := range found {
		if _, err := admin.ExecContext(t.Context(), "KILL CONNECTION ?", id); err != nil {
			t.Fatal(err)
		}
	}
	for len(ids()) > 0 { // it takes the server a moment
	}
}

func TestMySQLComparesBytes(t *testing.T) {
	t.Parallel()
	db := testdb.OpenMigrated(t, testdb.MariaDB(t))
	for _, email := range []string{"muller@example.org", "müller@example.org", "Muller@example.org", "mu\u0308ller@example.org"} {
		mustCreate(t, db, email)
	}
	expectUsers(t, db, 4)
}

func TestMySQLCutsOffNothing(t *testing.T) {
	t.Parallel()
	db := testdb.OpenMigrated(t, testdb.MariaDB(t))
	created := mustCreate(t, db, "alice@example.org")
	ctx := t.Context()
	longest := strings.Repeat("🔑", 200)
	err := db.Tx(ctx, func(tx *ent.Tx) error { return tx.User.UpdateOne(created).SetName(longest).Exec(ctx) })
	if err != nil {
		t.Fatal(err)
	}
	read, err := db.Read.User.Get(ctx, created.ID)
	if err != nil || *read.Name != longest {
		t.Errorf("read %v, %v", read, err)
	}
}

package store_test

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"latchkey/ent/user"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

func TestMigrations(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.Open(t, url)
		expectMigrated(t, db, false)
		pending := names(t, db, false)
		if len(pending) == 0 || !strings.HasSuffix(pending[0], "_init.sql") {
			t.Fatalf("pending: %v", pending)
		}
		if applied := names(t, db, true); len(applied) != 0 {
			t.Errorf("applied before anything was: %v", applied)
		}

		applied, err := db.MigrateUp(t.Context())
		if err != nil || len(applied) != len(pending) || applied[0].Name != pending[0] {
			t.Fatalf("applied %v, %v; want %v", applied, err, pending)
		}
		expectMigrated(t, db, true)
		if got := names(t, db, true); !slices.Equal(got, pending) {
			t.Errorf("applied %v, want %v", got, pending)
		}
		mustCreate(t, db, "alice@example.org")

		if again, err := db.MigrateUp(t.Context()); err != nil || len(again) != 0 {
			t.Errorf("applied again: %v, %v", again, err)
		}
		expectUsers(t, db, 1)

		for _, name := range slices.Backward(pending) {
			undone, err := db.MigrateDown(t.Context())
			if err != nil || undone.Name != name {
				t.Fatalf("took back %v, %v; want %s", undone, err, name)
			}
			expectMigrated(t, db, false)
		}
		if undone, err := db.MigrateDown(t.Context()); !errors.Is(err, store.ErrNothingApplied) {
			t.Errorf("took back %v, %v; want nothing", undone, err)
		}
		if _, err := db.Read.User.Query().Count(t.Context()); err == nil {
			t.Error("the users are still there")
		}

		if _, err := db.MigrateUp(t.Context()); err != nil { // down has left nothing in the way
			t.Fatal(err)
		}
		expectUsers(t, db, 0)
	})
}

func expectMigrated(t *testing.T, db *store.DB, want bool) {
	t.Helper()
	if got, err := db.Migrated(t.Context()); err != nil || got != want {
		t.Errorf("migrated: %v, %v; want %v", got, err, want)
	}
}

// names returns the migrations that are applied, or those that are not.
func names(t *testing.T, db *store.DB, applied bool) []string {
	t.Helper()
	all, err := db.Migrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, migration := range all {
		if migration.AppliedAt.IsZero() != applied {
			found = append(found, migration.Name)
		}
	}
	return found
}

// Servers that start at once on a new database all come up, and each migration is applied by one of them.
func TestMigrateUpAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		const servers = 8
		var all sync.WaitGroup
		var applied [servers]int
		start := make(chan struct{})
		for i := range servers {
			all.Go(func() {
				<-start
				db, err := tryOpen(t.Context(), url)
				if err != nil {
					t.Errorf("open: %v", err)
					return
				}
				defer func() {
					if err := db.Close(); err != nil {
						t.Errorf("close: %v", err)
					}
				}()
				migrations, err := db.MigrateUp(t.Context())
				if err != nil {
					t.Errorf("migrate: %v", err)
				}
				if done, err := db.Migrated(t.Context()); err != nil || !done {
					t.Errorf("migrated: %v, %v", done, err)
				}
				applied[i] = len(migrations)
			})
		}
		close(start)
		all.Wait()
		sum := 0
		for _, n := range applied {
			sum += n
		}
		db := testdb.Open(t, url)
		if want := len(names(t, db, true)); sum != want {
			t.Errorf("%d migrations were applied, want %d", sum, want)
		}
		expectUsers(t, db, 0)
	})
}

// An older latchkey works on what a newer one has migrated, tells what it does not know, and takes nothing of it back.
func TestMigrationOfANewerLatchkey(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.OpenMigrated(t, url)
		known := names(t, db, true)
		testdb.Newer(t, url)
		mustCreate(t, db, "alice@example.org")

		again := testdb.Open(t, url)
		expectMigrated(t, again, true)
		if applied, err := again.MigrateUp(t.Context()); err != nil || len(applied) != 0 {
			t.Errorf("applied %v, %v; want nothing", applied, err)
		}
		all, err := again.Migrations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var newer []string
		for _, migration := range all {
			if migration.Newer {
				newer = append(newer, migration.Name)
			}
			if migration.AppliedAt.IsZero() {
				t.Errorf("%s is pending", migration.Name)
			}
		}
		if len(all) != len(known)+1 || !slices.Equal(newer, []string{testdb.NewerVersion}) || !all[len(known)].Newer {
			t.Errorf("the migrations are %v", all)
		}
		if undone, err := again.MigrateDown(t.Context()); !errors.Is(err, store.ErrNewerSchema) {
			t.Errorf("took back %v, %v; want ErrNewerSchema", undone, err)
		}
		expectUsers(t, again, 1)
		if after := names(t, again, true); len(after) != len(all) {
			t.Errorf("applied are %v, before it were %v", after, all)
		}
	})
}

// Neither version could refresh or end the sessions of the other, so their access tokens are refused on both sides.
func TestMigrationOfSessionsTakesAllTokensBack(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.OpenMigrated(t, url)
		mustCreate(t, db, "alice@example.org")
		version := func() int {
			t.Helper()
			version, err := db.Read.User.Query().Select(user.FieldCredentialVersion).Int(t.Context()) // others may not be there
			if err != nil {
				t.Fatal(err)
			}
			return version
		}
		before := version()
		for undone := ""; !strings.HasSuffix(undone, "_sessions.sql"); {
			migration, err := db.MigrateDown(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			undone = migration.Name
		}
		older := version()
		if _, err := db.MigrateUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if newer := version(); older <= before || newer <= older {
			t.Errorf("the credential versions are %d, %d and %d", before, older, newer)
		}
	})
}

// A statement that alters a table waits until nobody has it in a transaction, a backup perhaps, and everyone else waits behind it.
func TestMigrateUpLetsOthersGoOnWhileSomebodyHasTheTable(t *testing.T) {
	t.Parallel()
	url := testdb.MariaDB(t)
	db := testdb.OpenMigrated(t, url)
	if undone, err := db.MigrateDown(t.Context()); err != nil || !strings.HasSuffix(undone.Name, "_user_lock.sql") { // which alters users
		t.Fatal(undone, err)
	}
	raw, err := testdb.OpenRaw(url)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close() //nolint:errcheck // read
	backup, err := raw.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer backup.Rollback() //nolint:errcheck // it has only read
	count := func(from interface {
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}, query string,
	) (n int) {
		t.Helper()
		if err := from.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	count(backup, "SELECT COUNT(*) FROM users")

	newer, migrated := testdb.Open(t, url), make(chan error, 1)
	go func() {
		_, err := newer.MigrateUp(t.Context())
		migrated <- err
	}()
	waiting := "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE '%metadata lock%'"
	for count(raw, waiting) == 0 && !t.Failed() {
		select {
		case err := <-migrated:
			t.Fatalf("the migration has not waited: %v", err)
		default:
			runtime.Gosched()
		}
	}
	if _, err := db.Read.User.Query().Select(user.FieldID).Strings(t.Context()); err != nil {
		t.Errorf("nobody can read meanwhile: %v", err)
	}
	select {
	case err := <-migrated:
		t.Fatalf("the migration has ended: %v", err)
	default:
	}
	if err := backup.Rollback(); err != nil {
		t.Error(err)
	}
	if err := <-migrated; err != nil {
		t.Error(err)
	}
	expectMigrated(t, db, true)
}

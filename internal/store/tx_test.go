package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/go-sql-driver/mysql"

	"latchkey/ent"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

func TestTxCommits(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.OpenMigrated(t, url)
		created := mustCreate(t, db, "alice@example.org")
		read, err := db.Read.User.Get(t.Context(), created.ID)
		if err != nil || *read.Email != "alice@example.org" {
			t.Errorf("read %v, %v", read, err)
		}
	})
}

func TestTxRollsBack(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.OpenMigrated(t, url)
		ctx := t.Context()

		err := db.Tx(ctx, func(tx *ent.Tx) error { // an error
			if _, err := create(ctx, tx, "alice@example.org"); err != nil {
				return err
			}
			return errChangedMyMind
		})
		if !errors.Is(err, errChangedMyMind) {
			t.Errorf("error %v, want that of the function", err)
		}
		expectUsers(t, db, 0)

		func() { // a panic
			defer func() {
				if reason, _ := recover().(error); !errors.Is(reason, errChangedMyMind) {
					t.Errorf("the panic became %v", reason)
				}
			}()
			_ = db.Tx(ctx, func(tx *ent.Tx) error {
				if _, err := create(ctx, tx, "alice@example.org"); err != nil {
					t.Error(err)
				}
				panic(errChangedMyMind)
			})
		}()
		expectUsers(t, db, 0)

		leaving, leave := context.WithCancel(ctx) // a client that leaves
		err = db.Tx(leaving, func(tx *ent.Tx) error {
			_, err := create(ctx, tx, "alice@example.org")
			leave()
			return err
		})
		if err == nil || errors.Is(err, store.ErrOutcomeUnknown) {
			t.Errorf("error %v, want one that leaves no doubt", err)
		}
		expectUsers(t, db, 0)

		mustCreate(t, db, "alice@example.org") // nothing is locked after all that
		expectUsers(t, db, 1)
	})
}

func TestTxOnAClosedDatabase(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db, err := tryOpen(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := db.Tx(t.Context(), func(*ent.Tx) error { return nil }); err == nil {
			t.Error("no error")
		}
	})
}

func TestTxRunsAgainAfterADeadlock(t *testing.T) {
	t.Parallel()
	db := testdb.OpenMigrated(t, testdb.SQLite(t))
	deadlock := fmt.Errorf("wrapped: %w", &mysql.MySQLError{Number: 1213})
	run := func(failures int, failure error) (runs int, err error) {
		err = db.Tx(t.Context(), func(tx *ent.Tx) error {
			runs++
			if _, err := create(t.Context(), tx, "alice@example.org"); err != nil {
				return err // if the earlier ones were not rolled back
			}
			if runs <= failures {
				return failure
			}
			return errChangedMyMind
		})
		return runs, err
	}
	t.Run("until it gets through", func(t *testing.T) {
		if runs, err := run(19, deadlock); runs != 20 || !errors.Is(err, errChangedMyMind) {
			t.Errorf("%d runs, %v", runs, err)
		}
	})
	t.Run("also after waiting too long for a lock", func(t *testing.T) {
		if runs, err := run(1, &mysql.MySQLError{Number: 1205}); runs != 2 || !errors.Is(err, errChangedMyMind) {
			t.Errorf("%d runs, %v", runs, err)
		}
	})
	t.Run("but not for ever", func(t *testing.T) {
		if runs, err := run(99, deadlock); runs != 20 || !errors.Is(err, deadlock) || !store.Unavailable(err) {
			t.Errorf("%d runs, %v", runs, err)
		}
	})
	t.Run("and not after another error", func(t *testing.T) {
		if runs, err := run(99, &mysql.MySQLError{Number: 1064}); runs != 1 || err == nil {
			t.Errorf("%d runs, %v", runs, err)
		}
	})
}

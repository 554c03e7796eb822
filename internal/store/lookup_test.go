package store_test

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/ent"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

const byID = "SELECT email, name, password_hash, created_at FROM users WHERE id = ? AND credential_version = ?"

// found is a row of byID.
type found struct {
	email, name *string
	hash        string
	createdAt   time.Time
}

func (f *found) by(ctx context.Context, l *store.Lookup, args ...any) error {
	return l.Row(ctx, args, &f.email, &f.name, &f.hash, &f.createdAt)
}

func TestLookupReadsWhatWasWritten(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.OpenMigrated(t, url)
		lookup := db.NewLookup(byID)
		at := time.Date(2026, 11, 22, 23, 59, 59, 7e6, time.FixedZone("Asia/Kathmandu", 5*3600+45*60))
		for i, name := range []string{"", "Ada", "👩🏽‍🚀 \"'\\\x00\n Ω", strings.Repeat("é", 200)} {
			u := mustCreate(t, db, strconv.Itoa(i)+"@example.org")
			change(t, db, u, func(u *ent.UserUpdateOne) { u.SetName(name).SetUpdatedAt(at) })
			var f found
			if err := f.by(t.Context(), lookup, u.ID.String(), 1); err != nil {
				t.Fatal(err)
			}
			if f.name == nil || *f.name != name || *f.email != *u.Email || f.hash != "none" || f.createdAt != noon { // the location too
				t.Errorf("%q came back as %+v", name, f)
			}
			change(t, db, u, func(u *ent.UserUpdateOne) { u.ClearName() })
			if err := f.by(t.Context(), lookup, u.ID.String(), 1); err != nil || f.name != nil {
				t.Errorf("%v, %v after it was cleared", f.name, err)
			}
		}
	})
}

func change(t testing.TB, db *store.DB, u *ent.User, set func(*ent.UserUpdateOne)) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx *ent.Tx) error {
		update := tx.User.UpdateOneID(u.ID)
		set(update)
		return update.Exec(t.Context())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What was committed, by whomever, is seen by the next Lookup: it decides about tokens.
func TestLookupSeesEveryCommit(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db, other := testdb.OpenMigrated(t, url), testdb.Open(t, url)
		lookup := db.NewLookup(byID)
		u := mustCreate(t, db, "ada@example.org")
		for version := 1; version < 200; version++ {
			var f found
			if err := f.by(t.Context(), lookup, u.ID.String(), version); err != nil {
				t.Fatal(version, err)
			}
			change(t, other, u, func(u *ent.UserUpdateOne) { u.AddCredentialVersion(1) })
			if err := f.by(t.Context(), lookup, u.ID.String(), version); !errors.Is(err, sql.ErrNoRows) {
				t.Fatal(version, err)
			}
		}
	})
}

func TestLookupsAtOnceDoNotMixUp(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.OpenMigrated(t, url)
		lookup := db.NewLookup(byID)
		var group sync.WaitGroup
		for _, email := range []string{"a@b.c", "d@e.f", "g@h.i", "j@k.l", "m@n.o", "p@q.r", "s@t.u", "v@w.x"} {
			u := mustCreate(t, db, email)
			group.Go(func() {
				for range 100 {
					var f found
					if err := f.by(t.Context(), lookup, u.ID.String(), 1); err != nil || *f.email != email {
						t.Error(f, err)
						return
					}
				}
			})
		}
		group.Wait()
	})
}

// A server may start before its tables are there, and a migration may change them while it runs.
func TestLookupSurvivesMigrations(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.Open(t, url)
		lookup := db.NewLookup(byID)
		var f found
		if err := f.by(t.Context(), lookup, "x", 1); !store.Unavailable(err) {
			t.Errorf("without tables: %v", err)
		}
		if _, err := db.MigrateUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		u := mustCreate(t, db, "ada@example.org")
		raw, err := testdb.OpenRaw(url)
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close() //nolint:errcheck // of a test
		for _, statement := range []string{"SELECT 1", "ALTER TABLE users ADD COLUMN later text NULL", "CREATE INDEX later ON users (created_at)"} {
			if _, err := raw.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
			if err := f.by(t.Context(), lookup, u.ID.String(), 1); err != nil || *f.email != "ada@example.org" {
				t.Errorf("after %s: %v", statement, err)
			}
		}
	})
}

func TestLookupWithoutTimeIsNotMade(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.OpenMigrated(t, url)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var f found
		if err := f.by(ctx, db.NewLookup(byID), "x", 1); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestLookupAfterTheEndIsUnavailable(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.OpenMigrated(t, url)
		lookup := db.NewLookup(byID)
		var f found
		for range 2 { // the end may come twice
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if err := f.by(t.Context(), lookup, "x", 1); err == nil || errors.Is(err, sql.ErrNoRows) {
				t.Error(err)
			}
		}
	})
}

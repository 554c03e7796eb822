package auth

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

// onEach runs a test on an empty, migrated database of each kind.
func onEach(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			address, err := store.ParseURL(kind.URL(t))
			if err != nil {
				t.Fatal(err)
			}
			db, err := store.Open(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			if _, err := db.MigrateUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, db)
		})
	}
}

// addUser makes an account with a hash.
func addUser(t testing.TB, db *store.DB, username, hash string) *ent.User {
	t.Helper()
	var created *ent.User
	now := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	err := db.Tx(t.Context(), func(tx *ent.Tx) (err error) {
		created, err = tx.User.Create().SetID(uuid.Must(uuid.NewV7())).SetUsername(username).SetPasswordHash(hash).
			SetCreatedAt(now).SetUpdatedAt(now).Save(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return created
}

func TestLockUserFindsOnlyWhatWasChecked(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		checked := addUser(t, db, "ada", "x")
		lock := func(u *ent.User) (locked *ent.User, err error) {
			err = db.Tx(t.Context(), func(tx *ent.Tx) error {
				locked, err = lockUser(t.Context(), tx, u)
				return err
			})
			return locked, err
		}
		change := func(change func(*ent.UserUpdateOne) *ent.UserUpdateOne) {
			t.Helper()
			err := db.Tx(t.Context(), func(tx *ent.Tx) error {
				return change(tx.User.UpdateOneID(checked.ID)).Exec(t.Context())
			})
			if err != nil {
				t.Fatal(err)
			}
		}

		change(func(u *ent.UserUpdateOne) *ent.UserUpdateOne { return u.SetName("Ada") })
		locked, err := lock(checked)
		if err != nil || locked.Name == nil || *locked.Name != "Ada" || locked.CredentialVersion != checked.CredentialVersion {
			t.Errorf("locked %v, %v: want the row as it is now", locked, err)
		}

		change(func(u *ent.UserUpdateOne) *ent.UserUpdateOne { return u.SetDisabled(true) })
		if _, err := lock(checked); !errors.Is(err, errCredentialsChanged) {
			t.Errorf("a disabled user: %v", err)
		}
		change(func(u *ent.UserUpdateOne) *ent.UserUpdateOne { return u.SetDisabled(false).AddCredentialVersion(1) })
		if _, err := lock(checked); !errors.Is(err, errCredentialsChanged) {
			t.Errorf("changed credentials: %v", err)
		}
		if _, err := lock(&ent.User{ID: uuid.Must(uuid.NewV7()), CredentialVersion: 1}); !errors.Is(err, errCredentialsChanged) {
			t.Errorf("an unknown user: %v", err)
		}
	})
}

// A second transaction must wait for the first one and then see what it did.
func TestLockUserWaitsForWhoHasTheLock(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		checked := addUser(t, db, "ada", "x")
		locked, second := make(chan struct{}), make(chan error)
		go func() {
			<-locked
			second <- db.Tx(context.WithoutCancel(t.Context()), func(tx *ent.Tx) error {
				_, err := lockUser(t.Context(), tx, checked)
				return err
			})
		}()
		err := db.Tx(t.Context(), func(tx *ent.Tx) error {
			current, err := lockUser(t.Context(), tx, checked)
			if err != nil {
				return err
			}
			close(locked)
			return current.Update().AddCredentialVersion(1).Exec(t.Context())
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-second; !errors.Is(err, errCredentialsChanged) {
			t.Errorf("the second one got %v", err)
		}
	})
}

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
	"latchkey/internal/token"
)

// onEach runs a test on an empty, migrated database of each kind.
func onEach(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			test(t, testdb.OpenMigrated(t, kind.URL(t)))
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

// A password is hashed between the look at the token and the transaction: time enough to log the session out.
func TestTokenTakenBackMeanwhileChangesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		for name, takeBack := range map[string]func(ctx context.Context, service *Service, other context.Context){
			"logged out": func(ctx context.Context, service *Service, _ context.Context) {
				if _, err := service.Logout(ctx, Current); err != nil {
					t.Error(err)
				}
			},
			"logged out from another session": func(_ context.Context, service *Service, other context.Context) {
				if _, err := service.Logout(other, Others); err != nil {
					t.Error(err)
				}
			},
			"deleted": func(_ context.Context, service *Service, other context.Context) {
				password := "correct horse"
				if _, err := service.DeleteUser(other, DeleteUserInput{CurrentPassword: &password}); err != nil {
					t.Error(err)
				}
			},
		} {
			t.Run(name, func(t *testing.T) {
				service := newService(t, db)
				username := "ada"
				ctx, other := service.WithRequest(t.Context(), &Request{}), service.WithRequest(t.Context(), &Request{})
				if _, err := service.Signup(ctx, SignupInput{Username: &username, Password: "correct horse"}); err != nil {
					t.Fatal(err)
				}
				if _, err := service.Login(other, LoginInput{Identifier: username, Password: "correct horse"}); err != nil {
					t.Fatal(err)
				}
				stale, err := service.Viewer(ctx) // as an operation finds it before it hashes
				if err != nil {
					t.Fatal(err)
				}
				takeBack(ctx, service, other)
				err = service.inLockedTx(t.Context(), stale, lockFirst{}, func(*ent.Tx, *ent.User) error {
					t.Error("the transaction ran")
					return nil
				})
				var refusal *Error
				if !errors.As(err, &refusal) || refusal.Code != Unauthenticated || refusal.Reason != string(token.Revoked) {
					t.Errorf("got %v", err)
				}
				if name != "deleted" { // leaves the name to the next
					password := "correct horse"
					fresh := service.WithRequest(t.Context(), &Request{})
					if _, err := service.Login(fresh, LoginInput{Identifier: username, Password: password}); err != nil {
						t.Fatal(err)
					}
					if _, err := service.DeleteUser(fresh, DeleteUserInput{CurrentPassword: &password}); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	})
}

package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/audit"
	"latchkey/internal/store"
	"latchkey/internal/token"
)

// newAdministrator is an account and a context in which it is the viewer.
func newAdministrator(t testing.TB, service *Service, username, hash string) (ctx context.Context, id uuid.UUID) {
	t.Helper()
	ctx = service.WithRequest(t.Context(), &Request{})
	var admin *ent.User
	var opened *signedIn
	err := service.db.Tx(ctx, func(tx *ent.Tx) (err error) {
		admin, err = service.insert(ctx, tx, account{username: &username, role: user.RoleADMIN}, hash)
		if err == nil {
			opened, err = service.openSession(ctx, tx, admin, session.DeliveryBODY, audit.Event{})
		}
		return err
	})
	if err == nil {
		_, err = service.signIn(ctx, admin, opened)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ctx, admin.ID
}

// Two administrators take the role from each other, or from themselves, in all ways and at the same time.
func TestTheLastAdministratorStaysUnderTwoRequestsAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		role, off, password := user.RoleUSER, true, "correct horse"
		hash, err := service.passwords.Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		ways := map[string]func(ctx context.Context, me, other uuid.UUID) error{
			"demotes the other": func(ctx context.Context, _, other uuid.UUID) error {
				_, err := service.UpdateUser(ctx, UpdateUserInput{ID: given(other), Role: given(role)})
				return err
			},
			"disables the other": func(ctx context.Context, _, other uuid.UUID) error {
				_, err := service.UpdateUser(ctx, UpdateUserInput{ID: given(other), Disabled: given(off)})
				return err
			},
			"deletes the other": func(ctx context.Context, _, other uuid.UUID) error {
				_, err := service.DeleteUser(ctx, DeleteUserInput{ID: &other})
				return err
			},
			"deletes others": func(ctx context.Context, _, other uuid.UUID) error {
				_, err := service.DeleteUsers(ctx, []uuid.UUID{other})
				return err
			},
			"steps down": func(ctx context.Context, _, _ uuid.UUID) error {
				_, err := service.UpdateUser(ctx, UpdateUserInput{Role: given(role)})
				return err
			},
			"leaves": func(ctx context.Context, _, _ uuid.UUID) error {
				_, err := service.DeleteUser(ctx, DeleteUserInput{CurrentPassword: &password})
				return err
			},
			"is demoted by the operator": func(ctx context.Context, me, _ uuid.UUID) error {
				_, err := service.ChangeUser(ctx, me, AccountChange{Role: &role})
				return err
			},
			"is removed by the operator": func(ctx context.Context, me, _ uuid.UUID) error { return service.RemoveUser(ctx, me) },
		}
		for first := range ways {
			for second := range ways {
				name := first + ", " + second
				ada, adaID := newAdministrator(t, service, "ada", hash)
				bob, bobID := newAdministrator(t, service, "bob", hash)
				var errs [2]error
				var both sync.WaitGroup
				both.Go(func() { errs[0] = ways[first](ada, adaID, bobID) })
				both.Go(func() { errs[1] = ways[second](bob, bobID, adaID) })
				both.Wait()
				for _, err := range errs {
					var refusal *Error
					expected := []Code{LastAdministrator, Unauthenticated, NotFound}
					if err != nil && (!errors.As(err, &refusal) || !slices.Contains(expected, refusal.Code)) {
						t.Errorf("%s: %v", name, err)
					}
				}
				if left := administrators(t, db); left == 0 {
					t.Errorf("%s: no administrator is left; answers %v", name, errs)
				}
				err := db.Tx(t.Context(), func(tx *ent.Tx) error { // for the next two
					_, err := tx.User.Delete().Exec(t.Context())
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func administrators(t testing.TB, db *store.DB) int {
	t.Helper()
	left, err := db.Read.User.Query().Where(user.RoleEQ(user.RoleADMIN), user.Disabled(false)).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func given[T any](value T) graphql.Omittable[*T] { return graphql.OmittableOf(&value) }

// The viewer is looked up when a request begins, and the role may be gone by the time of the transaction.
func TestAdministratorsWhoLoseTheRoleMeanwhileAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		_, second := newAdministrator(t, service, "second", "x")
		role, name, off := user.RoleUSER, "Changed", true
		for way, do := range map[string]func(ctx context.Context, other uuid.UUID) error{
			"updateUser": func(ctx context.Context, other uuid.UUID) error {
				_, err := service.UpdateUser(ctx, UpdateUserInput{ID: given(other), Name: given(name)})
				return err
			},
			"updateUser of oneself": func(ctx context.Context, _ uuid.UUID) error {
				_, err := service.UpdateUser(ctx, UpdateUserInput{Role: given(role)})
				return err
			},
			"updateUser, disabled": func(ctx context.Context, other uuid.UUID) error {
				_, err := service.UpdateUser(ctx, UpdateUserInput{ID: given(other), Disabled: given(off)})
				return err
			},
			"deleteUser": func(ctx context.Context, other uuid.UUID) error {
				_, err := service.DeleteUser(ctx, DeleteUserInput{ID: &other})
				return err
			},
			"deleteUsers": func(ctx context.Context, other uuid.UUID) error {
				_, err := service.DeleteUsers(ctx, []uuid.UUID{other})
				return err
			},
			"endUserSessions": func(ctx context.Context, other uuid.UUID) error {
				_, err := service.EndUserSessions(ctx, other)
				return err
			},
		} {
			ada, adaID := newAdministrator(t, service, "ada", "x")
			grace := signedUp(t, service, "grace")
			if _, err := service.ChangeUser(t.Context(), adaID, AccountChange{Role: &role}); err != nil {
				t.Fatal(err)
			}
			before := db.Read.User.GetX(t.Context(), grace.User.ID)
			var refusal *Error
			if err := do(ada, grace.User.ID); !errors.As(err, &refusal) || refusal.Code != Unauthenticated || refusal.Reason != string(token.Revoked) {
				t.Errorf("%s: %v", way, err)
			}
			after, err := db.Read.User.Query().Where(user.ID(grace.User.ID)).Only(t.Context())
			if err != nil || after.String() != before.String() || reasonOf(t, service, grace.AccessToken) != "" {
				t.Errorf("%s: %v is %v, %v", way, before, after, err)
			}
			err = db.Tx(t.Context(), func(tx *ent.Tx) error { // for the next one
				_, err := tx.User.Delete().Where(user.IDNEQ(second)).Exec(t.Context())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Whoever copies the data by hand may leave that row out. Then nothing would hold two requests apart, and nobody would know.
func TestAdministratorsDoNotBecomeFewerWithoutTheirLock(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		_, ada := newAdministrator(t, service, "ada", "x")
		newAdministrator(t, service, "bob", "x")
		err := db.Tx(t.Context(), func(tx *ent.Tx) error {
			_, err := tx.Lock.Delete().Exec(t.Context())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := service.RemoveUser(t.Context(), ada); err == nil || !strings.Contains(err.Error(), "locks") {
			t.Errorf("removed: %v", err)
		}
		if left := administrators(t, db); left != 2 {
			t.Errorf("%d administrators are left", left)
		}
	})
}

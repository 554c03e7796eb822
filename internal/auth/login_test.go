package auth

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/password"
	"latchkey/internal/store"
	"latchkey/internal/testhost"
	"latchkey/internal/testkeys"
	"latchkey/internal/token"
)

// A hash takes 19 MiB, so what was allocated tells how many were made.
func TestEveryFailedLogInMakesExactlyOneHash(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		service.passwords = password.NewHasher(password.Recommended)
		hash, err := service.passwords.Hash(t.Context(), "correct horse")
		if err != nil {
			t.Fatal(err)
		}
		addUser(t, db, "ada", hash)
		disabled := addUser(t, db, "grace", hash)
		err = db.Tx(t.Context(), func(tx *ent.Tx) error {
			return tx.User.UpdateOneID(disabled.ID).SetDisabled(true).Exec(t.Context())
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, in := range map[string]LoginInput{
			"unknown account":                           {Identifier: "nobody", Password: "correct horse"},
			"unknown address":                           {Identifier: "nobody@example.org", Password: "correct horse"},
			"wrong password":                            {Identifier: "ada", Password: "wrong horse"},
			"disabled account":                          {Identifier: "grace", Password: "correct horse"},
			"disabled account, wrong password":          {Identifier: "grace", Password: "wrong horse"},
			"a password that could never have been set": {Identifier: "ada", Password: "x"},
		} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := service.Login(service.WithRequest(t.Context(), &Request{}), in)
			runtime.ReadMemStats(&after)
			var refusal *Error
			if !errors.As(err, &refusal) || refusal.Code != InvalidCredentials {
				t.Errorf("%s: %v", name, err)
			}
			const hash = 19 << 20
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated < hash || allocated >= 2*hash {
				t.Errorf("%s: allocated %d bytes, one hash takes %d", name, allocated, hash)
			}
		}
	})
}

func newService(t testing.TB, db *store.DB) *Service {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC) }
	return New(Config{
		DB:         db,
		Tokens:     token.New(testkeys.New(t), token.Config{Issuer: "i", Audience: "a", Now: now}),
		Passwords:  password.NewHasher(testhost.CheapHash),
		Lifetimes:  Lifetimes{Access: 15 * time.Minute, Idle: 30 * 24 * time.Hour, Session: 90 * 24 * time.Hour, Grace: 30 * time.Second},
		Policy:     password.Policy{Min: 8},
		OpenSignup: true,
		IDs:        uuid.NewGenWithOptions(uuid.WithEpochFunc(now)),
		Now:        now,
	})
}

func TestHashIsReplacedOnlyIfItIsTheOneThatWasVerified(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		for _, c := range []struct{ name, stored, verified, renewed, want string }{
			{"still there", "old", "old", "new", "new"},
			{"replaced by another log-in", "newer", "old", "new", "newer"},
			{"not outdated, or no turn for another", "old", "old", "", "old"},
		} {
			name := strings.ReplaceAll(c.name, " ", "-")
			ada := addUser(t, db, name[:5], c.stored)
			err := db.Tx(t.Context(), func(tx *ent.Tx) error {
				current, err := lockUser(t.Context(), tx, ada)
				if err == nil {
					current, err = settle(t.Context(), current, c.verified, c.renewed)
				}
				if err == nil && current.PasswordHash != c.want {
					t.Errorf("%s: returns %s", c.name, current.PasswordHash)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := db.Read.User.GetX(t.Context(), ada.ID); got.PasswordHash != c.want || !got.UpdatedAt.Equal(ada.UpdatedAt) || got.CredentialVersion != ada.CredentialVersion {
				t.Errorf("%s: %s, %v", c.name, got.PasswordHash, got)
			}
		}
	})
}

package server_test

import (
	"context"
	"testing"
	"time"

	"latchkey/ent"
)

// No account is there that nobody has made.
func TestThereIsNobodyAtFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			n, err := tx.User.Query().Count(ctx)
			if n != 0 {
				t.Errorf("there are %d accounts", n)
			}
			return err
		})
		for _, name := range []string{"admin", "root", "administrator", "latchkey", "admin@localhost"} {
			s.ask(t, "", login, input(vars{"identifier": name, "password": name})).refused(t, "INVALID_CREDENTIALS")
		}
	})
}

func TestPasswordDoesNotExpire(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		s.clock.Advance(10 * 365 * 24 * time.Hour)
		s.login(t, "ada@example.org", secret)
	})
}

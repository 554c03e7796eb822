package server_test

import (
	"context"
	"testing"

	"latchkey/ent"
)

func TestDeleteUserEndsEveryTokenAndFreesTheAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		other := s.login(t, "ada@example.org", secret)
		s.ask(t, ada.token, remove, input(vars{})).refused(t, "BAD_USER_INPUT field=input.currentPassword reason=REQUIRED")
		s.ask(t, ada.token, remove, input(vars{"currentPassword": "wrong"})).refused(t, "INVALID_CREDENTIALS")
		s.ask(t, ada.token, me, nil).ok(t)

		a := s.ask(t, ada.token, remove, input(vars{"currentPassword": secret})).ok(t)
		if got := a.at(t, "deleteUser.deletedUserId"); got != ada.id {
			t.Errorf("deleted %s, want %s", got, ada.id)
		}
		for _, accessToken := range []string{ada.token, other} {
			s.ask(t, accessToken, me, nil).refused(t, revoked)
			s.ask(t, accessToken, update, input(vars{"name": "Ada"})).refused(t, revoked)
			s.ask(t, accessToken, remove, input(vars{"currentPassword": secret})).refused(t, revoked)
		}
		s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).refused(t, "INVALID_CREDENTIALS")
		s.ask(t, grace.token, me, nil).ok(t)

		if again := s.join(t, "ada@example.org"); again.id == ada.id {
			t.Error("an id was used twice")
		}
		s.ask(t, ada.token, me, nil).refused(t, revoked)
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			if blocked := tx.BlockedToken.Query().CountX(ctx); blocked != 2 {
				t.Errorf("%d sessions are blocked, want 2", blocked)
			}
			return nil
		})
	})
}

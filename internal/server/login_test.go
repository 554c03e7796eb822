package server_test

import (
	"context"
	"strings"
	"testing"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
)

func TestLogInWithEitherIdentifier(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		signedUp := s.ask(t, "", signup, input(vars{"email": "ada@example.org", "username": "ada", "password": secret})).ok(t)
		for _, identifier := range []string{"ada@example.org", "ada", " ADA@example.org ", "Ada\n"} {
			a := s.ask(t, "", login, input(vars{"identifier": identifier, "password": secret})).ok(t)
			if got, want := a.at(t, "login.user.id"), signedUp.at(t, "signup.user.id"); got != want {
				t.Errorf("%q logged in %s, want %s", identifier, got, want)
			}
			s.ask(t, a.at(t, "login.accessToken"), me, nil).ok(t)
		}
	})
}

func TestWrongPasswordUnknownAndDisabledAccountGetOneAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		disabled := s.join(t, "grace@example.org")
		s.disable(t, disabled.id)
		var bodies []string
		for _, in := range []vars{
			{"identifier": "ada@example.org", "password": "not the password"},
			{"identifier": "nobody@example.org", "password": secret},
			{"identifier": "nobody", "password": secret},
			{"identifier": "grace@example.org", "password": secret},
			{"identifier": "ada@example.org", "password": " " + secret},
			{"identifier": "ada@example.org\x00", "password": secret},
		} {
			bodies = append(bodies, s.ask(t, "", login, input(in)).refused(t, "INVALID_CREDENTIALS").body)
		}
		for _, body := range bodies {
			if body != bodies[0] {
				t.Errorf("answers differ:\n%s\n%s", bodies[0], body)
			}
		}
	})
}

func TestLogInWithBlankFields(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.ask(t, "", login, input(vars{"identifier": " ", "password": ""})).refused(t,
			"BAD_USER_INPUT field=input.identifier reason=BLANK",
			"BAD_USER_INPUT field=input.password reason=BLANK")
		s.ask(t, "", login, input(vars{"identifier": "ada", "password": "pass\x00word"})).refused(t,
			"BAD_USER_INPUT field=input.password reason=INVALID_FORMAT")
	})
}

// Some foreign hashes take time that grows with the square of the password's length, known account or not.
func TestPasswordThatIsTooLongToBeVerified(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		longest := strings.Repeat("x", 1024)
		s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": longest})).refused(t, "INVALID_CREDENTIALS")
		for _, identifier := range []string{"ada@example.org", "nobody"} {
			s.ask(t, "", login, input(vars{"identifier": identifier, "password": longest + "x"})).refused(t,
				"BAD_USER_INPUT field=input.password reason=TOO_LONG max=1024")
		}
		s.ask(t, ada.token, remove, input(vars{"currentPassword": longest + "x"})).refused(t,
			"BAD_USER_INPUT field=input.currentPassword reason=TOO_LONG max=1024")
	})
}

// A client whose refresh logic sees UNAUTHENTICATED refreshes and tries again; and a stale token must not be in the way of
// getting a new one.
func TestStaleTokenInTheHeaderDoesNotBreakPublicFields(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.ask(t, ada.token, logout, vars{"scope": "CURRENT"}).ok(t)
		for _, stale := range []string{ada.token, "garbage", "a.b.c"} {
			s.ask(t, stale, login, input(vars{"identifier": "ada@example.org", "password": secret})).ok(t)
			s.ask(t, stale, login, input(vars{"identifier": "ada@example.org", "password": "wrong"})).refused(t, "INVALID_CREDENTIALS")
			s.ask(t, stale, signup, input(vars{"email": "ada@example.org", "password": secret})).refused(t, "EMAIL_TAKEN field=input.email")
			s.ask(t, stale, validate, vars{"token": ""}).ok(t)
		}
	})
}

func TestPasswordIsUsedExactlyAsReceived(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		const padded = "  Pässwörd\t "
		s.ask(t, "", signup, input(vars{"username": "ada", "password": padded})).ok(t)
		s.login(t, "ada", padded)
		for _, other := range []string{"Pässwörd", "  Pässwörd\t", "  PÄSSWÖRD\t ", "  Pa\u0308sswo\u0308rd\t "} {
			s.ask(t, "", login, input(vars{"identifier": "ada", "password": other})).refused(t, "INVALID_CREDENTIALS")
		}
	})
}

func TestEveryLogInMakesASessionWhoseIDIsInTheToken(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		second := s.login(t, "ada@example.org", secret)
		want := map[string]bool{s.sessionOf(t, ada.token): true, s.sessionOf(t, second): true}
		if len(want) != 2 {
			t.Error("two log-ins share a session")
		}
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			sessions, err := tx.Session.Query().All(ctx)
			for _, session := range sessions {
				if session.UserID.String() != ada.id || !want[session.ID.String()] {
					t.Errorf("unexpected session %v", session)
				}
			}
			if len(sessions) != 2 {
				t.Errorf("%d sessions", len(sessions))
			}
			return err
		})
	})
}

// disable does what the administrator's command will do.
func (s *testServer) disable(t testing.TB, userID string) {
	t.Helper()
	s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
		return tx.User.UpdateOneID(uuid.FromStringOrNil(userID)).SetDisabled(true).Exec(ctx)
	})
}

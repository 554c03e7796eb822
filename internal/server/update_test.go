package server_test

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

func TestOmittedKeepsAndNullClears(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		a := s.ask(t, "", signup, input(vars{
			"email": "ada@example.org", "username": "ada", "name": "Ada", "password": secret,
		})).ok(t)
		accessToken := a.at(t, "signup.accessToken")
		change := func(in vars) *answer { return s.ask(t, accessToken, update, input(in)) }
		expect := func(email, username, name string) {
			t.Helper()
			seen := s.ask(t, accessToken, me, nil).ok(t)
			got := [...]string{seen.at(t, "me.email"), seen.at(t, "me.username"), seen.at(t, "me.name")}
			if got != [...]string{email, username, name} {
				t.Fatalf("me is %v", got)
			}
		}

		change(vars{}).ok(t)
		expect("ada@example.org", "ada", "Ada")
		change(vars{"name": nil}).ok(t)
		expect("ada@example.org", "ada", "<nil>")
		change(vars{"name": " Ada Lovelace "}).ok(t)
		expect("ada@example.org", "ada", "Ada Lovelace")
		change(vars{"username": nil, "currentPassword": secret}).ok(t)
		expect("ada@example.org", "<nil>", "Ada Lovelace")
		change(vars{"email": nil, "currentPassword": secret}).refused(t, "BAD_USER_INPUT field=input.email reason=REQUIRED")
		expect("ada@example.org", "<nil>", "Ada Lovelace")
		change(vars{"email": nil, "username": "Ada.L", "currentPassword": secret}).ok(t)
		expect("<nil>", "ada.l", "Ada Lovelace")
		change(vars{"username": nil, "currentPassword": secret}).refused(t, "BAD_USER_INPUT field=input.username reason=REQUIRED")
		change(vars{"username": nil, "newPassword": "x"}).refused(t, // all together
			"BAD_USER_INPUT field=input.username reason=REQUIRED",
			"WEAK_PASSWORD field=input.newPassword reason=TOO_SHORT min=8",
			"BAD_USER_INPUT field=input.currentPassword reason=REQUIRED")
		change(vars{"email": "new@example.org", "username": nil, "name": "A", "currentPassword": secret}).ok(t)
		expect("new@example.org", "<nil>", "A")
		change(vars{"newPassword": nil, "currentPassword": secret}).
			refused(t, "BAD_USER_INPUT field=input.newPassword reason=NOT_ALLOWED")
		s.login(t, "new@example.org", secret)
	})
}

func TestUpdateTellsAllProblemsTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.ask(t, ada.token, update, input(vars{"name": "", "email": "nonsense", "username": "a", "newPassword": "short"})).refused(t,
			"BAD_USER_INPUT field=input.name reason=BLANK",
			"BAD_USER_INPUT field=input.email reason=INVALID_FORMAT",
			"BAD_USER_INPUT field=input.username reason=TOO_SHORT min=3",
			"WEAK_PASSWORD field=input.newPassword reason=TOO_SHORT min=8",
			"BAD_USER_INPUT field=input.currentPassword reason=REQUIRED")
	})
}

func TestWhatLogsInIsChangedOnlyWithTheCurrentPassword(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		for _, in := range []vars{
			{"email": "new@example.org"}, {"username": "ada"}, {"newPassword": "another password"},
			{"name": "Ada", "email": "new@example.org"},
		} {
			s.ask(t, ada.token, update, input(in)).refused(t, "BAD_USER_INPUT field=input.currentPassword reason=REQUIRED")
			in["currentPassword"] = nil
			s.ask(t, ada.token, update, input(in)).refused(t, "BAD_USER_INPUT field=input.currentPassword reason=REQUIRED")
			in["currentPassword"] = ""
			s.ask(t, ada.token, update, input(in)).refused(t, "BAD_USER_INPUT field=input.currentPassword reason=BLANK")
			in["currentPassword"] = "not the password"
			s.ask(t, ada.token, update, input(in)).refused(t, "INVALID_CREDENTIALS")
		}
		seen := s.ask(t, ada.token, me, nil).ok(t)
		for field, want := range map[string]string{"email": "ada@example.org", "username": "<nil>", "name": "<nil>"} {
			if got := seen.at(t, "me."+field); got != want {
				t.Errorf("%s is %s", field, got)
			}
		}
		s.login(t, "ada@example.org", secret)
	})
}

// A form sends all its fields, changed or not.
func TestUnchangedIdentifiersNeedNoPassword(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.clock.Advance(time.Minute)
		a := s.ask(t, ada.token, update, input(vars{"name": "Ada", "email": " ADA@example.org", "username": nil})).ok(t)
		if a.at(t, "updateUser.user.name") != "Ada" || a.at(t, "updateUser.user.updatedAt") != "2026-11-22T09:31:00.000Z" {
			t.Errorf("updated to %s", a.body)
		}
		s.clock.Advance(time.Minute)
		a = s.ask(t, ada.token, update, input(vars{"name": "Ada"})).ok(t)
		if got := a.at(t, "updateUser.user.updatedAt"); got != "2026-11-22T09:31:00.000Z" {
			t.Errorf("a change that changes nothing sets updatedAt to %s", got)
		}
	})
}

func TestUpdateToATakenIdentifier(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.ask(t, "", signup, input(vars{"email": "grace@example.org", "username": "grace", "password": secret})).ok(t)
		ada := s.join(t, "ada@example.org")
		s.ask(t, ada.token, update, input(vars{"email": "Grace@example.org", "currentPassword": secret})).
			refused(t, "EMAIL_TAKEN field=input.email")
		s.ask(t, ada.token, update, input(vars{"username": "GRACE", "currentPassword": secret})).
			refused(t, "USERNAME_TAKEN field=input.username")
		s.ask(t, ada.token, update, input(vars{"email": "lovelace@example.org", "currentPassword": secret})).ok(t)
		s.join(t, "ada@example.org") // is free again
	})
}

func TestPasswordChangeEndsAllSessionsAndOpensOne(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		other := s.login(t, "ada@example.org", secret)
		a := s.ask(t, ada.token, update, input(vars{"newPassword": "another password", "currentPassword": secret})).ok(t)
		for _, accessToken := range []string{ada.token, other} {
			s.ask(t, accessToken, me, nil).refused(t, revoked)
		}
		fresh := a.at(t, "updateUser.auth.accessToken")
		if got := s.ask(t, fresh, me, nil).ok(t).at(t, "me.id"); got != ada.id || a.at(t, "updateUser.auth.user.id") != ada.id {
			t.Errorf("the new session is of %s", got)
		}
		s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).refused(t, "INVALID_CREDENTIALS")
		s.login(t, "ada@example.org", "another password")

		if got := s.ask(t, fresh, update, input(vars{"name": "Ada"})).ok(t).at(t, "updateUser.auth"); got != "<nil>" {
			t.Errorf("auth without a password change is %s", got)
		}
	})
}

// Whichever comes first, a log-in with the old password must not outlive the change.
func TestLogInUnderWayDoesNotOutliveAPasswordChange(t *testing.T) {
	onBothAtFullCost(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		const tries = 24
		tokens := make([]string, tries)
		oneIsIn := make(chan struct{}, tries)
		var group sync.WaitGroup
		for i := range tries {
			group.Go(func() {
				a := s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret}))
				if len(a.Errors) == 0 {
					tokens[i] = a.at(t, "login.accessToken")
					oneIsIn <- struct{}{}
				} else {
					a.refused(t, "INVALID_CREDENTIALS")
				}
			})
		}
		<-oneIsIn // the others are on their way
		fresh := s.ask(t, ada.token, update, input(vars{"newPassword": "another password", "currentPassword": secret})).ok(t)
		group.Wait()
		for _, accessToken := range tokens {
			if accessToken != "" {
				s.ask(t, accessToken, me, nil).refused(t, revoked)
			}
		}
		s.ask(t, fresh.at(t, "updateUser.auth.accessToken"), me, nil).ok(t)
	})
}

func TestTwoPasswordChangesAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		const tries = 8
		answers := make([]*answer, tries)
		var group sync.WaitGroup
		for i := range tries {
			group.Go(func() {
				answers[i] = s.ask(t, ada.token, update, input(vars{"newPassword": fmt.Sprintf("password %d", i), "currentPassword": secret}))
			})
		}
		group.Wait()
		winner := -1
		for i, a := range answers {
			switch {
			case len(a.Errors) == 0 && winner < 0:
				winner = i
			case len(a.Errors) == 0:
				t.Errorf("both %d and %d changed the password", winner, i)
			default:
				a.refused(t, revoked)
			}
		}
		if winner < 0 {
			t.Fatal("nobody changed the password")
		}
		s.login(t, "ada@example.org", fmt.Sprintf("password %d", winner))
		s.ask(t, answers[winner].at(t, "updateUser.auth.accessToken"), me, nil).ok(t)
	})
}

// Each of two requests leaves the other identifier; together they would leave none.
func TestTwoRequestsAtOnceCanNotClearBothIdentifiers(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		for i := range 5 {
			name := fmt.Sprintf("user%d", i)
			accessToken := s.ask(t, "", signup, input(vars{
				"email": name + "@example.org", "username": name, "password": secret,
			})).ok(t).at(t, "signup.accessToken")
			var group sync.WaitGroup
			for _, field := range []string{"email", "username"} {
				group.Go(func() {
					a := s.ask(t, accessToken, update, input(vars{field: nil, "currentPassword": secret}))
					if len(a.Errors) > 0 {
						a.refused(t, "BAD_USER_INPUT field=input."+field+" reason=REQUIRED")
					}
				})
			}
			group.Wait()
			seen := s.ask(t, accessToken, me, nil).ok(t)
			if (seen.at(t, "me.email") == "<nil>") == (seen.at(t, "me.username") == "<nil>") {
				t.Errorf("left with %s", seen.body)
			}
		}
	})
}

func TestUpdateNeedsAValidToken(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.ask(t, "", update, input(vars{"name": "Ada"})).refused(t, "UNAUTHENTICATED reason=MISSING")
		s.ask(t, "", remove, input(vars{"currentPassword": secret})).refused(t, "UNAUTHENTICATED reason=MISSING")
	})
}

package server_test

import (
	"strings"
	"testing"
	"time"

	"latchkey/internal/keys"
	"latchkey/internal/testdb"
)

func TestASignUpIsRecordedOnceItIsCommitted(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		tr := s.follow(t)
		a := s.ask(t, "", signup, input(vars{"email": "ada@example.org", "username": "hopper", "password": secret})).ok(t)
		tr.tells(t, a, "user.signed_up sessionId="+s.sessionOf(t, a.at(t, "signup.accessToken"))+" userId="+a.at(t, "signup.user.id"))
		tr.tells(t, s.ask(t, "", signup, input(vars{"username": "hopper", "password": secret})).refused(t, "USERNAME_TAKEN field=input.username"))
		tr.tells(t, s.ask(t, "", signup, input(vars{"username": "other", "password": "short"})).refused(t, "WEAK_PASSWORD field=input.password reason=TOO_SHORT min=8"))
	})
}

func TestLogInsAreRecordedGoodAndBadWithoutWhatWasSent(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		s.disable(t, grace.id)
		tr := s.follow(t)
		try := func(identifier, password string) *answer {
			return s.ask(t, ada.token, login, input(vars{"identifier": identifier, "password": password})) // the token is not asked for
		}
		a := try("ada@example.org", secret).ok(t)
		tr.tells(t, a, "login.succeeded sessionId="+s.sessionOf(t, a.at(t, "login.accessToken"))+" userId="+ada.id)
		for _, c := range []struct{ identifier, password, want string }{
			{"ada@example.org", other, " reason=wrong_password userId=" + ada.id},
			{"grace@example.org", secret, " reason=disabled userId=" + grace.id},
			{"grace@example.org", other, " reason=wrong_password userId=" + grace.id},
			{"nobody@example.org", secret, " reason=unknown_user"},
			{secret, secret, " reason=unknown_user"},
		} {
			tr.tells(t, try(c.identifier, c.password).refused(t, "INVALID_CREDENTIALS"), "login.failed"+c.want)
		}
		tr.tells(t, try("", "").refused(t, "BAD_USER_INPUT field=input.identifier reason=BLANK", "BAD_USER_INPUT field=input.password reason=BLANK"))
	})
}

func TestChangesOfTheOwnAccountAreRecorded(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "taken@example.org")
		ada := s.join(t, "ada@example.org")
		here, there := s.sessionOf(t, ada.token), s.open(t, "ada@example.org").id
		tr := s.follow(t)
		change := func(in vars) *answer { return s.ask(t, ada.token, update, input(in)) }
		tr.tells(t, change(vars{"name": "Ada Example"}).ok(t))
		tr.tells(t, change(vars{"email": "ADA@example.org"}).ok(t)) // which it is already
		tr.tells(t, change(vars{"email": "taken@example.org", "currentPassword": secret}).refused(t, "EMAIL_TAKEN field=input.email"))
		tr.tells(t, change(vars{"email": "countess@example.org", "currentPassword": secret}).ok(t), "user.email_changed userId="+ada.id)
		tr.tells(t, change(vars{"email": nil, "username": "hopper", "currentPassword": secret}).ok(t),
			"user.email_changed userId="+ada.id, "user.username_changed userId="+ada.id)
		tr.tells(t, change(vars{"username": "other", "currentPassword": other}).refused(t, "INVALID_CREDENTIALS"),
			"reauthentication.failed sessionId="+here+" userId="+ada.id)

		a := change(vars{"newPassword": other, "currentPassword": secret}).ok(t)
		token := a.at(t, "updateUser.auth.accessToken")
		next := s.sessionOf(t, token)
		tr.tells(t, a, "user.password_changed userId="+ada.id, "session.opened reason=password_changed sessionId="+next+" userId="+ada.id,
			"session.ended reason=password_changed sessionId="+here+" userId="+ada.id,
			"session.ended reason=password_changed sessionId="+there+" userId="+ada.id)

		tr.tells(t, s.ask(t, token, remove, input(vars{"currentPassword": secret})).refused(t, "INVALID_CREDENTIALS"),
			"reauthentication.failed sessionId="+next+" userId="+ada.id)
		tr.tells(t, s.ask(t, token, remove, input(vars{"currentPassword": other})).ok(t),
			"user.deleted userId="+ada.id, "session.ended reason=deleted sessionId="+next+" userId="+ada.id)
	})
}

func TestWhatAnAdministratorDoesIsRecordedWithWhoDidIt(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin, ada, grace := s.joinAdmin(t, "admin@example.org"), s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		adas, graces := s.sessionOf(t, ada.token), s.sessionOf(t, grace.token)
		tr := s.follow(t)
		by := func(name, who string, more ...string) string {
			return strings.Join(append(append([]string{name, "actorId=" + admin.id}, more...), "userId="+who), " ")
		}
		tr.tells(t, s.other(t, ada.token, grace.id, vars{"role": "ADMIN"}).refused(t, forbidden))
		tr.tells(t, s.other(t, admin.token, ada.id, vars{"role": "ADMIN"}).ok(t), by("user.role_changed", ada.id, "role=ADMIN"))
		tr.tells(t, s.other(t, admin.token, ada.id, vars{"role": "ADMIN", "disabled": false}).ok(t)) // which it is already
		tr.tells(t, s.other(t, admin.token, ada.id, vars{"role": "USER", "email": "countess@example.org"}).ok(t),
			by("user.role_changed", ada.id, "role=USER"), by("user.email_changed", ada.id))
		tr.tells(t, s.other(t, admin.token, ada.id, vars{"disabled": true}).ok(t),
			by("user.disabled", ada.id), by("session.ended", ada.id, "reason=disabled", "sessionId="+adas))
		tr.tells(t, s.other(t, admin.token, ada.id, vars{"disabled": false}).ok(t), by("user.enabled", ada.id))
		tr.tells(t, s.ask(t, admin.token, endUserSessions, vars{"userId": grace.id}).ok(t),
			by("session.ended", grace.id, "reason=administrator", "sessionId="+graces))
		tr.tells(t, s.ask(t, admin.token, deleteUsers, vars{"ids": []string{ada.id, grace.id}}).ok(t), by("user.deleted", ada.id), by("user.deleted", grace.id))

		// These are made in the transaction, and then taken back.
		tr.tells(t, s.ask(t, admin.token, administer, input(vars{"role": "USER"})).refused(t, last))
		tr.tells(t, s.ask(t, admin.token, remove, input(vars{"currentPassword": secret})).refused(t, last))
	})
}

func TestEndsOfSessionsAreRecordedWithTheReason(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		email, signedUp := "ada@example.org", s.sessionOf(t, ada.token)
		tr := s.follow(t)
		ended := func(reason string, sessions ...string) (events []string) {
			for _, id := range sessions {
				events = append(events, "session.ended reason="+reason+" sessionId="+id+" userId="+ada.id)
			}
			return events
		}
		open := func() opened {
			o := s.open(t, email)
			tr.read++
			return o
		}
		first := open()
		tr.tells(t, s.ask(t, first.token, logout, vars{"scope": "CURRENT"}).ok(t), ended("logout", first.id)...)
		tr.tells(t, s.ask(t, first.token, logout, vars{"scope": "CURRENT"}).refused(t, revoked))
		one, two := open(), open()
		tr.tells(t, s.ask(t, one.token, revokeSession, vars{"id": two.id}).ok(t), ended("revoked", two.id)...)
		tr.tells(t, s.ask(t, one.token, revokeSession, vars{"id": two.id}).refused(t, "NOT_FOUND"))
		three := open()
		tr.tells(t, s.ask(t, "", revokeToken, vars{"token": three.token}).ok(t), "token.revoked sessionId="+three.id+" userId="+ada.id)
		tr.tells(t, s.ask(t, "", revokeToken, vars{"token": three.token}).ok(t)) // again
		tr.tells(t, s.ask(t, "", revokeToken, vars{"token": three.refresh}).ok(t), ended("revoked", three.id)...)
		tr.tells(t, s.ask(t, one.token, logout, vars{"scope": "OTHERS"}).ok(t), ended("logout", signedUp)...)

		cookie := s.openInCookie(t, email)
		tr.read++
		a := s.askWith(t, page(issuer, cookie.refresh, ""), logout, vars{"scope": "CURRENT"}).ok(t) // without an access token
		tr.tells(t, a, ended("logout", cookie.id)...)
		tr.tells(t, s.ask(t, one.token, logout, vars{"scope": "ALL"}).ok(t), ended("logout", one.id)...)

		oldest := open()
		s.addSessions(t, ada.id, 99, s.clock.Now().Add(time.Hour))
		a = s.ask(t, "", login, credentials(email)).ok(t)
		tr.tells(t, a, append(ended("too_many", oldest.id), "login.succeeded sessionId="+s.sessionOf(t, a.at(t, "login.accessToken"))+" userId="+ada.id)...)
	})
}

func TestAReusedRefreshTokenIsRecordedAsAWarning(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		id := s.sessionOf(t, ada.token)
		tr := s.follow(t)
		second := s.refresh(t, ada.refresh).ok(t)
		tr.tells(t, second) // a refresh is none: everyone does it all the time
		tr.tells(t, s.refresh(t, ada.refresh).ok(t))
		s.clock.Advance(time.Minute)
		tr.tells(t, s.refresh(t, ada.refresh).refused(t, reused), "WARN session.refresh_reused sessionId="+id+" userId="+ada.id,
			"session.ended reason=refresh_reused sessionId="+id+" userId="+ada.id)
		tr.tells(t, s.refresh(t, ada.refresh).refused(t, invalidRefresh))
	})
}

func TestAServerRecordsThatTheKeysHaveChanged(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		tr := s.follow(t)
		changed := func(what string, do func() error, want func() string) {
			t.Helper()
			if err := do(); err != nil {
				t.Fatal(err)
			}
			s.look(t)
			got := tr.lines()[tr.read:]
			tr.read += len(got)
			if want := want(); len(got) != min(1, len(want)) || len(got) == 1 && !strings.HasSuffix(got[0], want+"}\n") {
				t.Errorf("%s: recorded %q, want %q", what, got, want)
			}
		}
		changed("nothing", func() error { return nil }, func() string { return "" })
		first, second := kidOf(t, ada.token), ""
		changed("rotated", func() error {
			rotation, err := keys.Rotate(t.Context(), s.operator(t), true)
			second = rotation.Key.ID
			return err
		}, func() string { return `"event":"keys.changed","kids":["` + first + `","` + second + `"]` })
		changed("refresh", func() error { return keys.Remove(t.Context(), s.operator(t), keys.RefreshID, true) },
			func() string {
				return `"event":"keys.changed","kids":["` + first + `","` + second + `"],"refreshReplaced":true`
			})
		s.clock.Advance(time.Second)
		changed("removed", func() error { return keys.Remove(t.Context(), s.operator(t), first, true) },
			func() string { return `"event":"keys.changed","kids":["` + second + `"]` })
	})
}

func TestAChangeWhoseCommitWasNotConfirmedIsRecordedAsUnknown(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	s := start(t, gate.URL)
	tr := s.follow(t)
	gate.CutAt("COMMIT")
	s.ask(t, "", signup, input(vars{"email": "ada@example.org", "password": secret})).refused(t, "OUTCOME_UNKNOWN")
	if all := tr.lines(); len(all) != 1 || !strings.Contains(all[0], `"event":"user.signed_up"`) || !strings.Contains(all[0], `"outcome":"unknown"`) {
		t.Errorf("recorded %v", all)
	}
	tr.read++
	gate.CutAt("INSERT")
	tr.tells(t, s.ask(t, "", signup, input(vars{"email": "grace@example.org", "password": secret})).refused(t, unavailable))
	gate.CutAt("")
}

package server_test

import (
	"testing"

	"latchkey/internal/testdb"
)

func TestARoleChangeCountsFromTheNextRequestOn(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin, ada := s.joinAdmin(t, "admin@example.org"), s.join(t, "ada@example.org")
		changesRole(t, s, s, admin, ada)
	})
}

func TestARoleChangeOnOneServerCountsFromTheNextRequestOnTheOther(t *testing.T) {
	t.Parallel()
	one := start(t, testdb.MariaDB(t))
	other := startWith(t, one.config)
	admin, ada := one.joinAdmin(t, "admin@example.org"), one.join(t, "ada@example.org")
	changesRole(t, one, other, admin, ada)
}

// changesRole gives someone the role and takes it again, on one server, and looks at what that someone may do on another.
func changesRole(t *testing.T, one, other *testServer, admin, ada member) {
	t.Helper()
	role := func(role string) {
		t.Helper()
		a := one.other(t, admin.token, ada.id, vars{"role": role}).ok(t)
		if got := a.at(t, "updateUser.user.role"); got != role {
			t.Errorf("the role is %s, not %s", got, role)
		}
	}
	// With the old token nothing goes on, not even as before; a refresh brings one with the new role, in the same session.
	renew := func() {
		t.Helper()
		for _, query := range []string{me, usersPage} {
			other.ask(t, ada.token, query, nil).refused(t, revoked)
		}
		session := other.sessionIDs(t, ada.id)
		a := other.refresh(t, ada.refresh).ok(t)
		ada.token, ada.refresh = a.at(t, "refreshToken.accessToken"), a.at(t, "refreshToken.refreshToken")
		if got := other.sessionIDs(t, ada.id); len(got) != 1 || got[0] != session[0] {
			t.Errorf("the sessions are %v, not %v", got, session)
		}
	}
	other.ask(t, ada.token, usersPage, nil).refused(t, forbidden)
	role("ADMIN")
	renew()
	other.ask(t, ada.token, usersPage, nil).ok(t)
	if got := other.ask(t, ada.token, me, nil).ok(t).at(t, "me.role"); got != "ADMIN" {
		t.Errorf("me is %s", got)
	}
	role("ADMIN") // changes nothing
	other.ask(t, ada.token, usersPage, nil).ok(t)
	role("USER")
	renew()
	other.ask(t, ada.token, usersPage, nil).refused(t, forbidden)
}

func TestDisablingEndsTheSessionsAndEnablingLetsLogInAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin, ada := s.joinAdmin(t, "admin@example.org"), s.join(t, "ada@example.org")
		other := s.open(t, "ada@example.org")
		a := s.other(t, admin.token, ada.id, vars{"disabled": true, "name": "Ada"}).ok(t)
		if a.at(t, "updateUser.user.disabled") != "true" || a.at(t, "updateUser.user.name") != "Ada" {
			t.Errorf("disabled: %s", a.body)
		}
		for range 2 { // also after enabling
			s.over(t, opened{token: ada.token, refresh: ada.refresh})
			s.over(t, other)
			if left := s.sessionIDs(t, ada.id); len(left) != 0 {
				t.Errorf("sessions that are left: %v", left)
			}
			s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": "wrong"})).refused(t, "INVALID_CREDENTIALS")
			if a.at(t, "updateUser.user.disabled") == "true" {
				s.ask(t, "", login, credentials("ada@example.org")).refused(t, "INVALID_CREDENTIALS")
				a = s.other(t, admin.token, ada.id, vars{"disabled": false}).ok(t)
			}
		}
		s.alive(t, s.open(t, "ada@example.org"))
		s.alive(t, opened{token: admin.token, refresh: admin.refresh})
	})
}

// Administrators who give the role up, or disable themselves, are done with the answer.
func TestAdministratorsMayStepDown(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.joinAdmin(t, "admin@example.org")
		ada, grace := s.joinAdmin(t, "ada@example.org"), s.joinAdmin(t, "grace@example.org")
		s.ask(t, ada.token, administer, input(vars{"role": "USER"})).ok(t)
		s.ask(t, ada.token, me, nil).refused(t, revoked)
		renewed := s.refresh(t, ada.refresh).ok(t).at(t, "refreshToken.accessToken")
		s.ask(t, renewed, usersPage, nil).refused(t, forbidden)
		s.ask(t, renewed, administer, input(vars{"role": "ADMIN"})).refused(t, forbidden)

		a := s.ask(t, grace.token, administer, input(vars{"disabled": true, "newPassword": "another password", "currentPassword": secret})).ok(t)
		if a.at(t, "updateUser.user.disabled") != "true" || a.at(t, "updateUser.auth") != "<nil>" {
			t.Errorf("disabled: %s", a.body)
		}
		s.over(t, opened{token: grace.token, refresh: grace.refresh})
		s.ask(t, "", login, input(vars{"identifier": "grace@example.org", "password": "another password"})).refused(t, "INVALID_CREDENTIALS")
	})
}

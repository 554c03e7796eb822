package server_test

import (
	"slices"
	"testing"
)

func TestTheLastAdministratorStays(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		s.join(t, "ada@example.org")
		disabled := s.joinAdmin(t, "disabled@example.org")
		s.disable(t, disabled.id) // who could not administer anything
		unchanged := s.unchanged(t)
		refused := func() {
			t.Helper()
			for _, in := range []vars{
				{"role": "USER"}, {"disabled": true}, {"role": "USER", "disabled": true}, {"id": admin.id, "role": "USER"},
				{"name": "Gone", "disabled": true}, {"disabled": true, "newPassword": "another password", "currentPassword": secret},
			} {
				s.ask(t, admin.token, administer, input(in)).refused(t, last)
				unchanged(t)
			}
			for _, in := range []vars{{"currentPassword": secret}, {"id": admin.id, "currentPassword": secret}} {
				s.ask(t, admin.token, remove, input(in)).refused(t, last)
				unchanged(t)
			}
		}
		refused()
		s.ask(t, admin.token, administer, input(vars{"role": "ADMIN", "disabled": false, "name": "Admin"})).ok(t)
		s.other(t, admin.token, disabled.id, vars{"disabled": false}).ok(t)
		s.other(t, admin.token, disabled.id, vars{"disabled": true}).ok(t) // one is left
		unchanged = s.unchanged(t)
		refused()
		if got := s.deleteUsers(t, admin.token, disabled.id); !slices.Equal(got, []string{disabled.id}) {
			t.Errorf("deleted %v", got)
		}
		unchanged = s.unchanged(t)
		refused()
		// Then there is another one.
		second := s.joinAdmin(t, "second@example.org")
		s.ask(t, admin.token, administer, input(vars{"role": "USER"})).ok(t)
		s.ask(t, second.token, administer, input(vars{"role": "USER"})).refused(t, last)
	})
}

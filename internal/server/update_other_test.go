package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"
)

// other changes somebody's account.
func (s *testServer) other(t testing.TB, accessToken, id string, fields vars) *answer {
	t.Helper()
	in := vars{"id": id}
	for field, value := range fields {
		in[field] = value
	}
	return s.ask(t, accessToken, administer, input(in))
}

func TestAdministratorChangesAnotherAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin, ada := s.joinAdmin(t, "admin@example.org"), s.join(t, "ada@example.org")
		s.clock.Advance(time.Minute)
		expect := func(a *answer, email, username, name string) {
			t.Helper()
			a.ok(t)
			seen := s.ask(t, ada.token, me, nil).ok(t) // no session ends
			for field, want := range map[string]string{"id": ada.id, "email": email, "username": username, "name": name, "role": "USER", "disabled": "false"} {
				if got, own := a.at(t, "updateUser.user."+field), seen.at(t, "me."+field); got != want || own != want {
					t.Errorf("%s is %s and for its owner %s, want %s", field, got, own, want)
				}
			}
			if a.at(t, "updateUser.auth") != "<nil>" {
				t.Errorf("the administrator gets tokens: %s", a.body)
			}
		}
		change := func(fields vars) *answer { return s.other(t, admin.token, ada.id, fields) }
		expect(change(vars{"name": " Ada "}), "ada@example.org", "<nil>", "Ada")
		expect(change(vars{"username": "ADA"}), "ada@example.org", "ada", "Ada")
		expect(change(vars{"email": " New@Example.org", "name": nil}), "new@example.org", "ada", "<nil>")
		expect(change(vars{"email": nil}), "<nil>", "ada", "<nil>")
		expect(change(vars{"email": "ada@example.org", "username": nil, "role": "USER", "disabled": false}), "ada@example.org", "<nil>", "<nil>")
		expect(change(vars{"currentPassword": "whatever"}), "ada@example.org", "<nil>", "<nil>") // nobody asks for it
		s.alive(t, opened{token: ada.token, refresh: ada.refresh})
		s.login(t, "ada@example.org", secret)

		s.clock.Advance(time.Minute)
		if got := change(vars{}).ok(t).at(t, "updateUser.user.updatedAt"); got != "2026-11-22T09:31:00.000Z" {
			t.Errorf("a change that changes nothing sets updatedAt to %s", got)
		}
		if got := change(vars{"name": "A"}).ok(t).at(t, "updateUser.user.updatedAt"); got != "2026-11-22T09:32:00.000Z" {
			t.Errorf("updatedAt is %s", got)
		}
	})
}

func TestAdministratorIsToldWhatIsWrongWithAChange(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin, ada := s.joinAdmin(t, "admin@example.org"), s.join(t, "ada@example.org")
		s.ask(t, "", signup, input(vars{"email": "grace@example.org", "username": "grace", "password": secret})).ok(t)
		unchanged := s.unchanged(t)
		for name, c := range map[string]struct {
			fields vars
			want   []string
		}{
			"e-mail address taken":     {vars{"email": "Grace@example.org"}, []string{"EMAIL_TAKEN field=input.email"}},
			"username taken":           {vars{"username": "GRACE", "disabled": true}, []string{"USERNAME_TAKEN field=input.username"}},
			"no identifier left":       {vars{"email": nil}, []string{"BAD_USER_INPUT field=input.email reason=REQUIRED"}},
			"none left, with username": {vars{"email": nil, "username": nil}, []string{"BAD_USER_INPUT field=input.email reason=REQUIRED"}},
			"new password":             {vars{"newPassword": "another password"}, []string{"BAD_USER_INPUT field=input.newPassword reason=NOT_ALLOWED"}},
			"new password, weak":       {vars{"newPassword": "x"}, []string{"BAD_USER_INPUT field=input.newPassword reason=NOT_ALLOWED"}},
			"new password null":        {vars{"newPassword": nil}, []string{"BAD_USER_INPUT field=input.newPassword reason=NOT_ALLOWED"}},
			"role null":                {vars{"role": nil}, []string{"BAD_USER_INPUT field=input.role reason=NOT_ALLOWED"}},
			"disabled null":            {vars{"disabled": nil}, []string{"BAD_USER_INPUT field=input.disabled reason=NOT_ALLOWED"}},
			"several": {vars{"name": "", "email": "nonsense", "username": "a", "role": nil, "disabled": nil, "newPassword": "x"}, []string{
				"BAD_USER_INPUT field=input.name reason=BLANK", "BAD_USER_INPUT field=input.email reason=INVALID_FORMAT",
				"BAD_USER_INPUT field=input.username reason=TOO_SHORT min=3", "BAD_USER_INPUT field=input.role reason=NOT_ALLOWED",
				"BAD_USER_INPUT field=input.disabled reason=NOT_ALLOWED", "BAD_USER_INPUT field=input.newPassword reason=NOT_ALLOWED"}},
		} {
			t.Run(name, func(t *testing.T) {
				s.other(t, admin.token, ada.id, c.fields).refused(t, c.want...)
				unchanged(t)
			})
		}
		for _, id := range []string{uuid.Must(uuid.NewV7()).String(), uuid.Nil.String(), "nonsense", "", strings.ToUpper(ada.id), s.sessionOf(t, ada.token)} {
			for _, fields := range []vars{{"name": "A"}, {"role": "ADMIN"}, {"disabled": true}, {}, {"email": "nonsense"}} {
				s.other(t, admin.token, id, fields).refused(t, "NOT_FOUND")
			}
		}
		s.ask(t, admin.token, administer, input(vars{"role": "nobody"})).refused(t, "GRAPHQL_VALIDATION_FAILED")
		unchanged(t)
	})
}

// It makes no difference whether administrators name themselves.
func TestAdministratorsChangeThemselvesAsEveryoneDoes(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		const required = "BAD_USER_INPUT field=input.currentPassword reason=REQUIRED"
		own := func(fields vars) *answer { return s.other(t, admin.token, admin.id, fields) }
		own(vars{"email": "new@example.org"}).refused(t, required)
		own(vars{"username": "admin", "currentPassword": "wrong"}).refused(t, "INVALID_CREDENTIALS")
		own(vars{"newPassword": "another password"}).refused(t, required)
		own(vars{"role": nil, "disabled": nil}).refused(t,
			"BAD_USER_INPUT field=input.role reason=NOT_ALLOWED", "BAD_USER_INPUT field=input.disabled reason=NOT_ALLOWED")
		own(vars{"name": "Admin", "role": "ADMIN", "disabled": false}).ok(t)
		own(vars{"username": "admin", "currentPassword": secret}).ok(t)
		changed := own(vars{"newPassword": "another password", "currentPassword": secret}).ok(t)
		s.ask(t, admin.token, me, nil).refused(t, revoked)
		s.ask(t, changed.at(t, "updateUser.auth.accessToken"), me, nil).ok(t)
		admin.token = s.login(t, "admin", "another password")

		s.ask(t, admin.token, remove, input(vars{"id": admin.id})).refused(t, required)
		s.ask(t, admin.token, remove, input(vars{"id": admin.id, "currentPassword": secret})).refused(t, "INVALID_CREDENTIALS")
		s.joinAdmin(t, "second@example.org")
		if got := s.ask(t, admin.token, remove, input(vars{"id": admin.id, "currentPassword": "another password"})).ok(t).at(t, "deleteUser.deletedUserId"); got != admin.id {
			t.Errorf("deleted %s", got)
		}
		s.ask(t, admin.token, me, nil).refused(t, revoked)
	})
}

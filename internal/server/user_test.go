package server_test

import (
	"strings"
	"testing"

	"github.com/gofrs/uuid/v5"
)

func TestAdministratorSeesAnyAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin, ada := s.joinAdmin(t, "admin@example.org"), s.join(t, "ada@example.org")
		session := s.sessionOf(t, ada.token)
		for accessToken, who := range map[string]member{ada.token: ada, admin.token: admin} {
			a := s.ask(t, admin.token, oneUser, vars{"id": who.id}).ok(t)
			want := s.ask(t, accessToken, `{ user: me { id email username name role disabled sessions { id } } }`, nil).ok(t)
			for _, field := range []string{"id", "email", "username", "name", "role", "disabled"} {
				if got, want := a.at(t, "user."+field), want.at(t, "user."+field); got != want {
					t.Errorf("%s is %s, want %s", field, got, want)
				}
			}
			shown := sessionsOf(a.Data["user"])
			if len(shown) != 1 || shown[0]["id"] != s.sessionOf(t, accessToken) || shown[0]["current"] != (who == admin) {
				t.Errorf("sessions: %v", shown)
			}
		}
		s.disable(t, ada.id)
		if got := s.ask(t, admin.token, oneUser, vars{"id": ada.id}).ok(t).at(t, "user.disabled"); got != "true" {
			t.Errorf("disabled is %s", got)
		}
		for _, id := range []any{uuid.Must(uuid.NewV7()).String(), uuid.Nil.String(), "nonsense", "", 7, strings.ToUpper(ada.id), session} {
			a := s.ask(t, admin.token, oneUser, vars{"id": id}).ok(t)
			if found, there := a.Data["user"]; !there || found != nil {
				t.Errorf("user(%v): %s", id, a.body)
			}
		}
		s.drop(t, ada.id)
		if a := s.ask(t, admin.token, oneUser, vars{"id": ada.id}).ok(t); a.Data["user"] != nil {
			t.Errorf("of a deleted account: %s", a.body)
		}
	})
}

func TestNodeShowsAdministratorsEveryoneAndTheirSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		const node = `query ($id: ID!) { node(id: $id) { __typename id ... on User { email sessions { id } } ... on Session { current } } }`
		admin, ada, grace := s.joinAdmin(t, "admin@example.org"), s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		session := s.sessionOf(t, ada.token)
		a := s.ask(t, admin.token, node, vars{"id": ada.id}).ok(t)
		if a.at(t, "node.__typename") != "User" || a.at(t, "node.email") != "ada@example.org" || sessionsOf(a.Data["node"])[0]["id"] != session {
			t.Errorf("an account: %s", a.body)
		}
		a = s.ask(t, admin.token, node, vars{"id": session}).ok(t)
		if a.at(t, "node.__typename") != "Session" || a.at(t, "node.id") != session || a.at(t, "node.current") != "false" {
			t.Errorf("a session: %s", a.body)
		}
		for _, id := range []string{uuid.Must(uuid.NewV7()).String(), uuid.Nil.String(), "nonsense", ""} {
			if a := s.ask(t, admin.token, node, vars{"id": id}).ok(t); a.Data["node"] != nil {
				t.Errorf("node(%q): %s", id, a.body)
			}
		}
		// Nobody else learns whether there is anything.
		unknown := s.ask(t, grace.token, node, vars{"id": uuid.Must(uuid.NewV7()).String()}).ok(t)
		for _, id := range []string{ada.id, admin.id, session, s.sessionOf(t, admin.token)} {
			if a := s.ask(t, grace.token, node, vars{"id": id}); a.body != unknown.body {
				t.Errorf("node(%s) for others: %s", id, a.body)
			}
		}
	})
}

package server_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gofrs/uuid/v5"
)

// deleteUsers deletes accounts and returns the ids that the answer names.
func (s *testServer) deleteUsers(t testing.TB, accessToken string, ids ...string) []string {
	t.Helper()
	a := s.ask(t, accessToken, deleteUsers, vars{"ids": append([]string{}, ids...)}).ok(t)
	deleted := []string{}
	for _, id := range a.Data["deleteUsers"].(map[string]any)["deletedUserIds"].([]any) {
		deleted = append(deleted, id.(string))
	}
	return deleted
}

func TestAdministratorDeletesAnotherAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin, grace := s.joinAdmin(t, "admin@example.org"), s.join(t, "grace@example.org")
		for name, drop := range map[string]func(id string) string{
			"deleteUser": func(id string) string {
				return s.ask(t, admin.token, remove, input(vars{"id": id})).ok(t).at(t, "deleteUser.deletedUserId")
			},
			"deleteUsers": func(id string) string { return strings.Join(s.deleteUsers(t, admin.token, id), " ") },
		} {
			ada := s.join(t, "ada@example.org") // the second time the address is free again
			other := s.open(t, "ada@example.org")
			sessions := s.sessionIDs(t, ada.id)
			if got := drop(ada.id); got != ada.id {
				t.Errorf("%s: deleted %s, want %s", name, got, ada.id)
			}
			s.over(t, opened{token: ada.token, refresh: ada.refresh})
			s.over(t, other)
			s.ask(t, "", login, credentials("ada@example.org")).refused(t, "INVALID_CREDENTIALS")
			for _, id := range append(sessions, ada.id) {
				if a := s.ask(t, admin.token, `query ($id: ID!) { node(id: $id) { id } }`, vars{"id": id}).ok(t); a.Data["node"] != nil {
					t.Errorf("%s: still there is %s", name, a.body)
				}
			}
			s.ask(t, admin.token, remove, input(vars{"id": ada.id})).refused(t, "NOT_FOUND")
			if got := s.deleteUsers(t, admin.token, ada.id); len(got) != 0 {
				t.Errorf("deleted again: %v", got)
			}
		}
		s.alive(t, opened{token: grace.token, refresh: grace.refresh})
		s.alive(t, opened{token: admin.token, refresh: admin.refresh})
	})
}

func TestDeleteUserOfWhoeverIsUnknown(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin, ada := s.joinAdmin(t, "admin@example.org"), s.join(t, "ada@example.org")
		unchanged := s.unchanged(t)
		for _, id := range []string{uuid.Must(uuid.NewV7()).String(), uuid.Nil.String(), "nonsense", "", strings.ToUpper(ada.id), s.sessionOf(t, ada.token)} {
			s.ask(t, admin.token, remove, input(vars{"id": id})).refused(t, "NOT_FOUND")
			s.ask(t, admin.token, remove, input(vars{"id": id, "currentPassword": secret})).refused(t, "NOT_FOUND")
		}
		unchanged(t)
	})
}

func TestDeleteUsersDeletesThoseThatThereAre(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		ids := s.addUsers(t, 105, nil)
		unknown := uuid.Must(uuid.NewV7()).String()
		stay := s.unchanged(t)
		for _, none := range [][]string{{}, {unknown}, {"nonsense", "", unknown, unknown}} {
			if got := s.deleteUsers(t, admin.token, none...); len(got) != 0 {
				t.Errorf("deleted %v", got)
			}
		}
		const tooMany = "BAD_USER_INPUT field=ids reason=TOO_LONG max=100"
		const own = "BAD_USER_INPUT field=ids reason=NOT_ALLOWED"
		s.ask(t, admin.token, deleteUsers, vars{"ids": ids[:101]}).refused(t, tooMany)
		s.ask(t, admin.token, deleteUsers, vars{"ids": []string{ids[0], admin.id}}).refused(t, own)
		s.ask(t, admin.token, deleteUsers, vars{"ids": append(slices.Repeat([]string{unknown}, 100), admin.id)}).refused(t, tooMany, own)
		s.ask(t, admin.token, deleteUsers, vars{"ids": nil}).refused(t, "GRAPHQL_VALIDATION_FAILED")
		s.ask(t, admin.token, deleteUsers, vars{"ids": []any{ids[0], nil}}).refused(t, "GRAPHQL_VALIDATION_FAILED")
		stay(t)

		if got := s.deleteUsers(t, admin.token, ids[2], unknown, ids[0], "nonsense", ids[2], ids[0]); !slices.Equal(got, []string{ids[0], ids[2]}) {
			t.Errorf("deleted %v of %v", got, ids[:3])
		}
		if got := s.deleteUsers(t, admin.token, ids[1]); !slices.Equal(got, ids[1:2]) { // a single one
			t.Errorf("deleted %v of %v", got, ids[:3])
		}
		if got := s.deleteUsers(t, admin.token, ids[3:103]...); !slices.Equal(got, ids[3:103]) {
			t.Errorf("deleted %d of 100", len(got))
		}
		if left := s.users(t, admin.token, nil); !slices.Equal(left.ids, []string{ids[103], ids[104], admin.id}) {
			t.Errorf("left are %v", left.ids)
		}
	})
}

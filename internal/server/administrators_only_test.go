package server_test

import (
	"testing"

	"github.com/gofrs/uuid/v5"
)

// Everyone else gets one answer, whatever the arguments: it does not tell whether an account exists, nor what is wrong with them.
func TestAdministrationIsForAdministrators(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.joinAdmin(t, "admin@example.org")
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		unchanged := s.unchanged(t)
		type operation struct {
			query     string
			variables vars
		}
		ops := map[string][]operation{"users": {
			{usersPage, nil}, {usersPage, vars{"first": 0, "after": "nonsense"}}, {usersPage, vars{"filter": vars{"text": "ada"}}},
			{usersPage, vars{"filter": vars{"text": "nobody"}}},
		}}
		for _, id := range []string{ada.id, grace.id, uuid.Must(uuid.NewV7()).String(), "nonsense", ""} {
			ops["user"] = append(ops["user"], operation{oneUser, vars{"id": id}})
			ops["deleteUsers"] = append(ops["deleteUsers"], operation{deleteUsers, vars{"ids": []string{id}}})
			for _, in := range []vars{{}, {"name": "Ada"}, {"email": "nonsense"}, {"email": "grace@example.org", "currentPassword": secret},
				{"newPassword": "another password"}, {"role": "ADMIN"}, {"disabled": true}} {
				in["id"] = id
				ops["updateUser"] = append(ops["updateUser"], operation{administer, input(in)})
			}
			for _, in := range []vars{{"id": id}, {"id": id, "currentPassword": secret}, {"id": id, "currentPassword": "wrong"}} {
				ops["deleteUser"] = append(ops["deleteUser"], operation{remove, input(in)})
			}
		}
		ops["deleteUsers"] = append(ops["deleteUsers"], operation{deleteUsers, vars{"ids": []string{}}}, operation{deleteUsers, vars{"ids": make([]string, 101)}})
		for _, in := range []vars{
			{"role": "ADMIN"}, {"role": "USER"}, {"role": nil}, {"disabled": true}, {"disabled": false}, {"disabled": nil},
			{"name": "Ada", "role": "USER"}, {"role": "ADMIN", "currentPassword": secret}, {"id": nil, "role": "USER"},
		} {
			ops["updateUser"] = append(ops["updateUser"], operation{administer, input(in)})
		}
		for field, list := range ops {
			for sent, code := range map[string]string{"": missing, ada.token: forbidden} {
				var want string
				for _, op := range list {
					a := s.ask(t, sent, op.query, op.variables).refused(t, code)
					if want == "" {
						want = a.body
					}
					if a.body != want || a.Data[field] != nil {
						t.Errorf("%s %v: %s, others get %s", field, op.variables, a.body, want)
					}
				}
			}
		}
		unchanged(t)
		// Null is one's own account, for everyone.
		s.ask(t, ada.token, administer, input(vars{"id": nil, "name": "Ada"})).ok(t)
		s.ask(t, ada.token, remove, input(vars{"id": nil, "currentPassword": secret})).ok(t)
	})
}

package server_test

import (
	"slices"
	"strings"
	"testing"

	"latchkey/ent"
	"latchkey/ent/user"
)

func TestFiltersPickAccountsAndCountThem(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		ids := append(s.addUsers(t, 8, func(i int, u *ent.UserCreate) { // every combination
			u.SetRole([]user.Role{user.RoleUSER, user.RoleADMIN}[i&1]).SetDisabled(i&2 > 0)
			u.SetUsername([]string{"even", "odd"}[i>>2] + strings.Repeat("x", i))
		}), admin.id)
		pick := func(indexes ...int) (picked []string) { // 0 is the one that was made last
			for _, i := range indexes {
				picked = append(picked, ids[i])
			}
			return picked
		}
		second := "2026-11-22T09:30:00." // the accounts are made at 001 to 008
		for name, c := range map[string]struct {
			filter any
			want   []string
		}{
			"null":              {nil, ids},
			"empty":             {vars{}, ids},
			"all members null":  {vars{"text": nil, "role": nil, "disabled": nil, "createdAfter": nil, "createdBefore": nil}, ids},
			"text":              {vars{"text": "odd"}, pick(0, 1, 2, 3)},
			"role USER":         {vars{"role": "USER"}, pick(1, 3, 5, 7)},
			"role ADMIN":        {vars{"role": "ADMIN"}, pick(0, 2, 4, 6, 8)},
			"disabled":          {vars{"disabled": true}, pick(0, 1, 4, 5)},
			"enabled":           {vars{"disabled": false}, pick(2, 3, 6, 7, 8)},
			"created after":     {vars{"createdAfter": second + "006Z"}, pick(0, 1)},
			"created before":    {vars{"createdBefore": second + "002Z"}, pick(7, 8)},
			"created between":   {vars{"createdAfter": second + "003Z", "createdBefore": second + "006Z"}, pick(3, 4)},
			"created at once":   {vars{"createdAfter": second + "003Z", "createdBefore": second + "004Z"}, nil},
			"turned round":      {vars{"createdAfter": second + "006Z", "createdBefore": second + "003Z"}, nil},
			"role and disabled": {vars{"role": "ADMIN", "disabled": true}, pick(0, 4)},
			"text and role":     {vars{"text": "even", "role": "USER"}, pick(5, 7)},
			"null beside":       {vars{"text": "even", "role": nil, "disabled": true}, pick(4, 5)},
			"everything": {vars{"text": "EVEN", "role": "USER", "disabled": true,
				"createdAfter": second + "000Z", "createdBefore": second + "009Z"}, pick(5)},
			"nobody": {vars{"text": "nobody", "role": "ADMIN"}, nil},
		} {
			t.Run(name, func(t *testing.T) {
				p := s.users(t, admin.token, vars{"filter": c.filter})
				if !slices.Equal(p.ids, c.want) || p.total != float64(len(c.want)) || p.next || p.previous {
					t.Errorf("got %+v, want %v", p, c.want)
				}
			})
		}
	})
}

// Whether there are others is asked of those that the filter picks.
func TestPagesOfAFilter(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		ids := s.addUsers(t, 9, func(i int, u *ent.UserCreate) {
			u.SetUsername("user" + strings.Repeat("x", i)).SetDisabled(i%3 == 1)
		}) // disabled are 1, 4 and 7
		everyone := s.users(t, admin.token, nil)
		filter := vars{"disabled": true}
		p := s.users(t, admin.token, vars{"filter": filter, "first": 2})
		if !slices.Equal(p.ids, []string{ids[1], ids[4]}) || !p.next || p.previous || p.total != 3.0 {
			t.Errorf("the first page: %+v", p)
		}
		p = s.users(t, admin.token, vars{"filter": filter, "first": 1, "after": p.end})
		if !slices.Equal(p.ids, ids[7:8]) || p.next || !p.previous || p.total != 3.0 {
			t.Errorf("the last page: %+v", p)
		}
		p = s.users(t, admin.token, vars{"filter": filter, "after": everyone.cursors[0]})
		if len(p.ids) != 3 || p.previous {
			t.Errorf("after somebody who is not picked: %+v", p)
		}
	})
}

func TestFiltersThatCanNotBeReadAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		for field, value := range map[string]string{"createdAfter": "2026-11-22", "createdBefore": "hunter2-SECRET"} {
			a := s.ask(t, admin.token, usersPage, vars{"filter": vars{field: value}}).
				refused(t, "BAD_USER_INPUT field=filter."+field+" reason=INVALID_FORMAT")
			literal := `{ everyone: users(filter: {` + field + `: "` + value + `"}) { totalCount } }`
			b := s.ask(t, admin.token, literal, nil).refused(t, "BAD_USER_INPUT field=filter."+field+" reason=INVALID_FORMAT")
			if len(a.Errors[0].Path) != 1 || b.Errors[0].Path[0] != "everyone" || strings.Contains(a.body+b.body, value) {
				t.Errorf("%s %s", a.body, b.body)
			}
		}
		for name, filter := range map[string]vars{
			"no role": {"role": "hunter2-SECRET"}, "no boolean": {"disabled": "hunter2-SECRET"}, "a number": {"text": 7}, "unknown": {"name": "Ada"},
		} {
			a := s.ask(t, admin.token, usersPage, vars{"filter": filter}).refused(t, "GRAPHQL_VALIDATION_FAILED")
			if strings.Contains(a.body, "hunter2") {
				t.Errorf("%s: %s", name, a.body)
			}
		}
	})
}

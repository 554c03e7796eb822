package server_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestUsersAreListedNewestFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		s.clock.Advance(time.Millisecond)
		ada := s.join(t, "ada@example.org")
		s.clock.Advance(time.Minute)
		grace := s.join(t, "grace@example.org")
		p := s.users(t, admin.token, nil)
		if want := []string{grace.id, ada.id, admin.id}; !slices.Equal(p.ids, want) || p.next || p.previous || p.total != 3.0 {
			t.Errorf("got %+v, want %v", p, want)
		}
	})
}

func TestAPageHasAsManyAsAskedFor(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		everyone := append(s.addUsers(t, 120, nil), admin.id)
		for name, c := range map[string]struct {
			arguments vars
			want      int
		}{
			"one": {vars{"first": 1}, 1}, "the most": {vars{"first": 100}, 100},
			"omitted": {vars{}, 20}, "null": {vars{"first": nil}, 20},
		} {
			if p := s.users(t, admin.token, c.arguments); !slices.Equal(p.ids, everyone[:c.want]) || !p.next || p.total != 121.0 {
				t.Errorf("%s: %d accounts, more: %v, total %v", name, len(p.ids), p.next, p.total)
			}
		}
		literal := s.ask(t, admin.token, `{ users(first: null) { nodes { id } } }`, nil).ok(t)
		if got := len(literal.Data["users"].(map[string]any)["nodes"].([]any)); got != 20 {
			t.Errorf("a literal null: %d accounts", got)
		}
		for first, want := range map[int]string{
			0: "TOO_SHORT", -1: "TOO_SHORT", -1 << 31: "TOO_SHORT", 101: "TOO_LONG", 1<<31 - 1: "TOO_LONG",
		} {
			a := s.ask(t, admin.token, usersPage, vars{"first": first}).refused(t, "BAD_USER_INPUT field=first reason="+want+" min=1 max=100")
			if users, there := a.Data["users"]; !there || users != nil {
				t.Errorf("first: %d answers %s", first, a.body)
			}
		}
		s.ask(t, admin.token, usersPage, vars{"first": 0, "after": "x"}).refused(t, // all together
			"BAD_USER_INPUT field=first reason=TOO_SHORT min=1 max=100", "BAD_USER_INPUT field=after reason=INVALID_FORMAT")
	})
}

func TestPagesTellWhetherThereAreOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		everyone := append(s.addUsers(t, 3, nil), admin.id)
		cursors := s.users(t, admin.token, nil).cursors
		for name, c := range map[string]struct {
			arguments      vars
			want           []string
			next, previous bool
		}{
			"all but one":                  {vars{"first": 3}, everyone[:3], true, false},
			"exactly all":                  {vars{"first": 4}, everyone, false, false},
			"more than all":                {vars{"first": 5}, everyone, false, false},
			"after nothing":                {vars{"first": 2, "after": nil}, everyone[:2], true, false},
			"after the first":              {vars{"first": 2, "after": cursors[0]}, everyone[1:3], true, true},
			"exactly those that are left":  {vars{"first": 2, "after": cursors[1]}, everyone[2:], false, true},
			"fewer than asked for":         {vars{"first": 9, "after": cursors[2]}, everyone[3:], false, true},
			"after the last there is none": {vars{"first": 1, "after": cursors[3]}, nil, false, true},
		} {
			p := s.users(t, admin.token, c.arguments)
			if !slices.Equal(p.ids, c.want) || p.next != c.next || p.previous != c.previous || p.total != 4.0 {
				t.Errorf("%s: got %+v, want %+v", name, p, c)
			}
		}
		s.drop(t, everyone[0])
		if p := s.users(t, admin.token, vars{"after": cursors[0]}); p.previous || !slices.Equal(p.ids, everyone[1:]) {
			t.Errorf("after the first, which is deleted: %+v", p)
		}
	})
}

func TestPagesShowEveryoneOnceWhileAccountsComeAndGo(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		everyone := append(s.addUsers(t, 40, nil), admin.id)
		gone := map[string]bool{}
		var seen []string
		var after any
		for {
			p := s.users(t, admin.token, vars{"first": 7, "after": after})
			seen = append(seen, p.ids...)
			if !p.next {
				break
			}
			after = p.end
			s.addUsers(t, 3, nil)
			// Gone are one that was shown, the one that the cursor stands for, and the next one.
			next := everyone[slices.Index(everyone, p.ids[6])+1]
			for _, id := range []string{p.ids[2], p.ids[6], next} {
				s.drop(t, id)
				gone[id] = true
			}
		}
		var stayed []string
		for _, id := range everyone {
			if !gone[id] || slices.Contains(seen, id) {
				stayed = append(stayed, id)
			}
		}
		if !slices.Equal(seen, stayed) || len(gone) != 15 {
			t.Errorf("shown\n%v\nwant\n%v", seen, stayed)
		}
	})
}

func TestForeignCursorsAreRefusedAndNotRepeated(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		cursor := s.users(t, admin.token, nil).cursors[0]
		for name, after := range map[string]string{
			"empty": "", "an id": admin.id, "garbage": "hunter2-SECRET", "padded": cursor + "==", "cut": cursor[:20], "longer": cursor + "AA",
			"not the only way to write it": cursor[:21] + string(cursor[21]+1), "with a line break": cursor + "\n",
			"of another API": base64.StdEncoding.EncodeToString([]byte("arrayconnection:19")),
			"a token":        admin.token, "NUL": "\x00", "long": strings.Repeat("A", 60_000),
		} {
			t.Run(name, func(t *testing.T) {
				a := s.ask(t, admin.token, usersPage, vars{"after": after}).refused(t, "BAD_USER_INPUT field=after reason=INVALID_FORMAT")
				if after != "" && strings.Contains(a.body, after) {
					t.Errorf("repeated: %s", a.body)
				}
			})
		}
		// What is well-formed is a place in the list, whoever made it: it tells nobody more than paging does.
		for end, want := range map[byte]int{0x00: 0, 0xff: 1} {
			made := base64.RawURLEncoding.EncodeToString(slices.Repeat([]byte{end}, 16))
			if p := s.users(t, admin.token, vars{"after": made}); len(p.ids) != want {
				t.Errorf("after %x: %+v", end, p)
			}
		}
	})
}

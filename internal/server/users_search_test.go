package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"latchkey/ent"
)

func TestTextFindsHowAnAddressOrAUsernameBegins(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "zadmin@example.org")
		names := []struct{ email, username string }{
			{"ada@example.org", "countess"}, {"adam@example.org", ""}, {"", "ada.l"}, {"b%c@example.org", ""}, {"bxc@example.org", ""},
			{"b_c@example.org", "b_c"}, {"o'neill@example.org", ""}, {"münch@example.org", ""}, {"munch@example.org", ""},
			{"😀smile@example.org", ""}, {"ⓩ@example.org", ""}, {"strasse@example.org", ""}, {"straße@example.org", ""}, {`back\slash@example.org`, ""},
		}
		ids := s.addUsers(t, len(names), func(i int, u *ent.UserCreate) {
			if names[i].email != "" {
				u.SetEmail(names[i].email)
			}
			if names[i].username != "" {
				u.SetUsername(names[i].username)
			}
		})
		slices.Reverse(ids)
		everyone := s.users(t, admin.token, nil).ids
		for text, want := range map[string][]int{
			"ada": {2, 1, 0}, "ada@": {0}, "ada.": {2}, "ADA.L": {2}, "count": {0}, "adamant": nil, "da": nil, "example.org": nil,
			"b%": {3}, "b_": {5}, "%": nil, "_": nil, "b%c@example.org": {3}, "o'": {6}, "'": nil, "' OR 1=1 --": nil, `"`: nil,
			"mü": {7}, "MÜ": {7}, "mu\u0308": {7}, "mu": {8}, "😀": {9}, "😀smile": {9}, "ⓩ": {10}, "Ⓩ": {10}, "😁": nil,
			"stras": {11}, "stra": {12, 11}, "straß": {12}, `back\`: {13}, `\`: nil, `back\\`: nil,
			" ada@ ": {0}, "\tADA@example.org\n": {0}, "a da": nil, "ada@example.org ": {0}, "\u00a0ada@\u3000": {0},
			"b\x00": nil, "\ufffd": nil, "\U0010ffff": nil, strings.Repeat("a", 60_000): nil,
		} {
			var found []string
			for _, i := range want {
				found = append(found, ids[i])
			}
			p := s.users(t, admin.token, vars{"filter": vars{"text": text}})
			if !slices.Equal(p.ids, found) || p.total != float64(len(found)) {
				t.Errorf("%.40q finds %v, want %v of %v", text, p.ids, want, ids)
			}
		}
		for _, blank := range []string{"", " ", "\t\n\u00a0\u3000"} {
			if p := s.users(t, admin.token, vars{"filter": vars{"text": blank}}); !slices.Equal(p.ids, everyone) {
				t.Errorf("%q finds %v, not everyone", blank, p.ids)
			}
		}
	})
}

// A moment is more precise than the milliseconds of accounts, and may be in any year.
func TestCreatedAfterAndBeforeAreExclusive(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")     // at .000
		middle := s.addUsers(t, 1, nil)[0]               // at .001
		youngest := s.join(t, "youngest@example.org").id // at .002
		all := []string{youngest, middle, admin.id}
		second := "2026-11-22T09:30:00"
		for moment, after := range map[string]int{ // how many were created later; all others earlier, but for the one at that moment
			second + ".000Z": 2, second + ".001Z": 1, second + ".002Z": 0,
			second + "Z": 2, second + ".0009999Z": 2, second + ".000000001Z": 2, second + ".0010001Z": 1, second + ".001999999Z": 1,
			second + ".002000001Z": 0, "2026-11-22T09:29:59.999999999Z": 3,
			"2026-11-22T10:30:00.001+01:00": 1, "2026-11-22T00:30:00.001-09:00": 1,
			"1969-12-31T23:59:59.999Z": 3, "1970-01-01T00:00:00Z": 3, "1900-01-01T00:00:00.0001Z": 3, "0001-01-01T00:00:00Z": 3,
			"0000-01-01T00:00:00Z": 3, "9999-12-31T23:59:59.999999999Z": 0, "9999-12-31T23:59:59.999-12:00": 0,
		} {
			at := 0 // how many were created then
			if slices.Contains([]string{".000Z", ".001Z", ".002Z"}, strings.TrimPrefix(moment, second)) ||
				moment == second+"Z" || strings.Contains(moment, ".001+01") || strings.Contains(moment, ".001-09") {
				at = 1
			}
			if p := s.users(t, admin.token, vars{"filter": vars{"createdAfter": moment}}); !slices.Equal(p.ids, all[:after]) || p.total != float64(after) {
				t.Errorf("after %s: %v of %v", moment, p.ids, all)
			}
			if p := s.users(t, admin.token, vars{"filter": vars{"createdBefore": moment}}); !slices.Equal(p.ids, all[after+at:]) {
				t.Errorf("before %s: %v of %v", moment, p.ids, all)
			}
		}
		// What an account shows is what a filter is given.
		shown := s.ask(t, admin.token, me, nil).ok(t).at(t, "me.createdAt")
		if p := s.users(t, admin.token, vars{"filter": vars{"createdAfter": shown}}); slices.Contains(p.ids, admin.id) {
			t.Error("somebody was created after themselves")
		}
	})
}

// What many accounts begin with is looked up in another way, and must find the same.
func TestTextThatThousandsBeginWith(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.joinAdmin(t, "admin@example.org")
		const many = 10_050
		ids := s.addUsers(t, many, func(i int, u *ent.UserCreate) {
			u.SetEmail(fmt.Sprintf("ü%%%d@example.org", i))
			if i%5 == 0 {
				u.SetDisabled(true)
			}
		})
		byName := s.addUsers(t, 2, func(i int, u *ent.UserCreate) { u.SetUsername([]string{"ü%name", "u%name"}[i]) })
		want := slices.Concat(byName[1:], ids)
		var got []string
		for after := any(nil); ; {
			p := s.users(t, admin.token, vars{"first": 100, "after": after, "filter": vars{"text": " Ü%"}})
			got = append(got, p.ids...)
			if p.total != float64(many+1) || p.previous != (after != nil) {
				t.Fatalf("%v in all, previous %v after %d", p.total, p.previous, len(got))
			}
			if after = p.end; !p.next {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("found %d, want %d", len(got), len(want))
		}
		if p := s.users(t, admin.token, vars{"filter": vars{"text": "ü", "disabled": true, "role": "USER"}}); p.total != many/5.0 || p.ids[0] != ids[4] {
			t.Errorf("disabled: %v, the first %v", p.total, p.ids[0])
		}
	})
}

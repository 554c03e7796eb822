//go:build cluster

package cluster_test

import (
	"fmt"
	"testing"
)

// back is a way of taking tokens back. It is called with the tokens of someone, and with those of an administrator.
type back struct {
	do      func(s *server, in, admin signedIn) answer
	other   bool // it takes a second session of theirs, which in is not
	refresh bool // their refresh token still counts
}

// Each way of taking tokens back, answered by one server, is followed at once by a request to the others, which are on other nodes. Reuse of
// a refresh token is what the crowd does.
func TestWhatOneServerHasTakenBackNoOtherAccepts(t *testing.T) {
	servers := shared.servers(t)
	admin := servers[0].join(t, "admin")
	shared.nodes[0].exec(t, servers[0].database, "UPDATE users SET role = 'ADMIN'")
	servers[0].must(t, "", refresh, vars{"token": admin.RefreshToken}).into(t, &admin)
	joined := 0
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			stale, asked := 0, 0
			for i := range 30 {
				s := servers[i%3]
				joined++
				in := s.join(t, fmt.Sprintf("user%d", joined))
				taken := in
				if way.other {
					s.must(t, "", logIn, vars{"input": vars{"identifier": in.User.Username, "password": secret}}).into(t, &in)
				}
				for _, other := range servers { // what one has done, all know
					other.must(t, taken.AccessToken, me, nil)
				}
				if a := way.do(s, in, admin); !a.ok() {
					t.Fatal(a.body)
				}
				for _, other := range []*server{servers[(i+1)%3], servers[(i+2)%3]} {
					if asked++; other.ask(taken.AccessToken, me, nil).code != "UNAUTHENTICATED REVOKED" {
						stale++
					}
					if !way.refresh && other.ask("", refresh, vars{"token": taken.RefreshToken}).code != "INVALID_REFRESH_TOKEN" {
						t.Error("its refresh token is accepted")
					}
				}
			}
			if t.Logf("accepted %d of %d times", stale, asked); stale > 0 {
				t.Errorf("%d of %d requests with a token that was taken back were accepted", stale, asked)
			}
		})
	}
}

var ways = map[string]back{
	"logout": {do: func(s *server, in, _ signedIn) answer { return s.ask(in.AccessToken, logOut, nil) }},
	"logout, ALL": {do: func(s *server, in, _ signedIn) answer {
		return s.ask(in.AccessToken, logOutOf, vars{"scope": "ALL"})
	}, other: true},
	"logout, OTHERS": {do: func(s *server, in, _ signedIn) answer {
		return s.ask(in.AccessToken, logOutOf, vars{"scope": "OTHERS"})
	}, other: true},
	"revokeToken, access": {do: func(s *server, in, _ signedIn) answer {
		return s.ask("", revokeToken, vars{"token": in.AccessToken})
	}, refresh: true},
	"revokeToken, refresh": {do: func(s *server, in, _ signedIn) answer {
		return s.ask("", revokeToken, vars{"token": in.RefreshToken})
	}},
	"revokeSession": {do: func(s *server, in, _ signedIn) answer {
		return s.ask(in.AccessToken, revokeSession, vars{"id": session(in.AccessToken)})
	}},
	"endUserSessions": {do: func(s *server, in, admin signedIn) answer {
		return s.ask(admin.AccessToken, endSessions, vars{"id": in.User.ID})
	}},
	"disabling": {do: func(s *server, in, admin signedIn) answer {
		return s.ask(admin.AccessToken, update, vars{"input": vars{"id": in.User.ID, "disabled": true}})
	}},
	"change of the role": {do: func(s *server, in, admin signedIn) answer {
		return s.ask(admin.AccessToken, update, vars{"input": vars{"id": in.User.ID, "role": "ADMIN"}})
	}, refresh: true},
	"change of the password": {do: func(s *server, in, _ signedIn) answer {
		return s.ask(in.AccessToken, update, vars{"input": vars{"currentPassword": secret, "newPassword": secret + " 2"}})
	}},
	"deleteUser": {do: func(s *server, in, _ signedIn) answer {
		return s.ask(in.AccessToken, remove, vars{"input": vars{"currentPassword": secret}})
	}},
	"deleteUser, of another": {do: func(s *server, in, admin signedIn) answer {
		return s.ask(admin.AccessToken, remove, vars{"input": vars{"id": in.User.ID}})
	}},
	"deleteUsers": {do: func(s *server, in, admin signedIn) answer {
		return s.ask(admin.AccessToken, removeAll, vars{"ids": []string{in.User.ID}})
	}},
}

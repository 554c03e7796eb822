//go:build cluster

package cluster_test

import (
	"fmt"
	"testing"
)

// Each way of taking a token back, answered by one server, is followed at once by a request to the others, which are on other nodes.
func TestWhatOneServerHasTakenBackNoOtherAccepts(t *testing.T) {
	servers := shared.servers(t)
	for name, takeBack := range map[string]func(s *server, in signedIn) answer{
		"logout":               func(s *server, in signedIn) answer { return s.ask(in.AccessToken, logOut, nil) },
		"revokeToken, access":  func(s *server, in signedIn) answer { return s.ask("", revokeToken, vars{"token": in.AccessToken}) },
		"revokeToken, refresh": func(s *server, in signedIn) answer { return s.ask("", revokeToken, vars{"token": in.RefreshToken}) },
		"revokeSession": func(s *server, in signedIn) answer {
			return s.ask(in.AccessToken, revokeSession, vars{"id": session(in.AccessToken)})
		},
		"deleteUser": func(s *server, in signedIn) answer {
			return s.ask(in.AccessToken, remove, vars{"input": vars{"currentPassword": secret}})
		},
		"change of the password": func(s *server, in signedIn) answer {
			return s.ask(in.AccessToken, update, vars{"input": vars{"currentPassword": secret, "newPassword": secret + " 2"}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			stale, asked := 0, 0
			for i := range 60 {
				s := servers[i%3]
				in := s.join(t, fmt.Sprintf("%c%c%d", name[0], name[len(name)-1], i))
				for _, other := range servers { // what one has done, all know
					other.must(t, in.AccessToken, me, nil)
				}
				if a := takeBack(s, in); !a.ok() {
					t.Fatal(a.body)
				}
				for _, other := range []*server{servers[(i+1)%3], servers[(i+2)%3]} {
					if asked++; other.ask(in.AccessToken, me, nil).code != "UNAUTHENTICATED REVOKED" {
						stale++
					}
					if name != "revokeToken, access" && other.ask("", refresh, vars{"token": in.RefreshToken}).code != "INVALID_REFRESH_TOKEN" {
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

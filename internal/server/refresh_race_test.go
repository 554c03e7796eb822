package server_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"latchkey/ent"
	"latchkey/ent/session"
)

// Whatever comes first, when both are done there is no token that works.
func TestRefreshThatRacesWithAnEndLeavesNoLiveToken(t *testing.T) {
	newPassword := secret + " 2"
	for name, end := range map[string]func(t *testing.T, s *testServer, ada member){
		"logout": func(t *testing.T, s *testServer, ada member) {
			s.ask(t, ada.token, logout, vars{"scope": "ALL"}).ok(t)
		},
		"password change": func(t *testing.T, s *testServer, ada member) {
			s.ask(t, ada.token, update, input(vars{"currentPassword": secret, "newPassword": newPassword})).ok(t)
		},
		"deletion": func(t *testing.T, s *testServer, ada member) {
			s.ask(t, ada.token, remove, input(vars{"currentPassword": secret})).ok(t)
		},
		"disabling": func(t *testing.T, s *testServer, ada member) { s.disable(t, ada.id) },
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s *testServer) {
				const sessions = 12
				ada := s.join(t, "ada@example.org")
				tokens := []string{ada.refresh}
				for range sessions - 1 {
					a := s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).ok(t)
					tokens = append(tokens, a.at(t, "login.refreshToken"))
				}
				var mu sync.Mutex
				var made []*answer
				var group sync.WaitGroup
				var ended atomic.Bool
				for _, first := range tokens {
					group.Go(func() {
						for next, over := first, false; !over; {
							over = ended.Load()
							a := s.refresh(t, next)
							if len(a.Errors) > 0 {
								a.refused(t, invalidRefresh)
								return
							}
							if over {
								t.Error("a refresh succeeded after the end")
							}
							next = a.at(t, "refreshToken.refreshToken")
							mu.Lock()
							made = append(made, a)
							mu.Unlock()
						}
					})
				}
				end(t, s, ada)
				ended.Store(true)
				for _, first := range tokens {
					if a := s.refresh(t, first); len(a.Errors) == 0 {
						t.Errorf("after the end: %s", a.body)
					}
				}
				group.Wait()
				for _, a := range made {
					s.ask(t, a.at(t, "refreshToken.accessToken"), me, nil).refused(t, revoked)
					s.refresh(t, a.at(t, "refreshToken.refreshToken")).refused(t, invalidRefresh)
				}
				s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
					left := tx.Session.Query().Where(session.GenerationGT(1)).CountX(ctx)
					if left > 0 && name != "disabling" {
						t.Errorf("%d of the refreshed sessions are left", left)
					}
					return nil
				})
			})
		})
	}
}

package server_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
)

func TestLogoutEndsTheSessionsOfItsScope(t *testing.T) {
	for scope, alive := range map[string][]bool{ // of the session that logs out, and of two others
		"CURRENT": {false, true, true},
		"OTHERS":  {true, false, false},
		"ALL":     {false, false, false},
	} {
		t.Run(scope, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s *testServer) {
				ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
				tokens := []string{ada.token, s.login(t, "ada@example.org", secret), s.login(t, "ada@example.org", secret)}
				var want []string
				for i, accessToken := range tokens {
					if !alive[i] {
						want = append(want, s.sessionOf(t, accessToken))
					}
				}
				a := s.ask(t, ada.token, logout, vars{"scope": scope}).ok(t)
				var got []string
				for _, id := range a.Data["logout"].(map[string]any)["endedSessionIds"].([]any) {
					got = append(got, id.(string))
				}
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("ended %v, want %v", got, want)
				}
				for i, accessToken := range tokens {
					if a := s.ask(t, accessToken, me, nil); alive[i] {
						a.ok(t)
					} else {
						a.refused(t, revoked)
					}
				}
				s.ask(t, grace.token, me, nil).ok(t)
				s.login(t, "ada@example.org", secret)
			})
		})
	}
}

func TestLogoutWithoutScopeEndsTheCurrentSession(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		other := s.login(t, "ada@example.org", secret)
		s.ask(t, ada.token, logout, vars{"scope": "current"}). // which gqlparser lets through
									refused(t, "BAD_USER_INPUT field=scope reason=INVALID_FORMAT")
		s.ask(t, ada.token, `mutation { logout { endedSessionIds } }`, nil).ok(t)
		s.ask(t, ada.token, me, nil).refused(t, revoked)
		s.ask(t, other, me, nil).ok(t)
		s.ask(t, ada.token, `mutation { logout { endedSessionIds } }`, nil).refused(t, revoked)
		s.ask(t, "", `mutation { logout { endedSessionIds } }`, nil).refused(t, "UNAUTHENTICATED reason=MISSING")
	})
}

func TestLoggedOutTokenIsRefusedAfterARestartToo(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		alive := s.login(t, "ada@example.org", secret)
		s.ask(t, ada.token, logout, vars{"scope": "CURRENT"}).ok(t)
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
		again := startWith(t, s.config)
		again.ask(t, ada.token, me, nil).refused(t, revoked)
		again.ask(t, alive, me, nil).ok(t)
	})
}

// The block must outlive every token of the session, also one that a refresh at the same moment issues; there are 30 s of
// grace, 30 s of leeway and 5 minutes of margin.
func TestBlockedSessionIsKeptLongerThanItsTokens(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		session := s.sessionOf(t, ada.token)
		s.ask(t, ada.token, logout, vars{"scope": "CURRENT"}).ok(t)
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			blocked, err := tx.BlockedToken.Get(ctx, uuid.FromStringOrNil(session))
			if err == nil {
				if want := s.clock.Now().Add(21 * time.Minute); !blocked.ExpiresAt.Equal(want) {
					t.Errorf("kept until %v, want %v", blocked.ExpiresAt, want)
				}
			}
			return err
		})
	})
}

// The operator has shortened LATCHKEY_ACCESS_TTL since the token was issued.
func TestBlockOutlivesATokenOfALongerTTL(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		session := s.sessionOf(t, ada.token)
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
		shorter := s.config
		shorter.AccessTTL = time.Minute
		again := startWith(t, shorter)
		again.ask(t, ada.token, logout, vars{"scope": "CURRENT"}).ok(t)
		again.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			blocked, err := tx.BlockedToken.Get(ctx, uuid.FromStringOrNil(session))
			if err == nil && blocked.ExpiresAt.Before(again.clock.Now().Add(15*time.Minute+30*time.Second)) {
				t.Errorf("kept until %v", blocked.ExpiresAt)
			}
			return err
		})
	})
}

// Every logout succeeds, unless another one has just ended its session; and at most one that ended all others is left.
func TestLogoutsAtOnceDoNotGetInEachOthersWay(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		tokens := []string{ada.token, ada.token, ada.token}
		for range 5 {
			tokens = append(tokens, s.login(t, "ada@example.org", secret))
		}
		scopes := []string{"CURRENT", "CURRENT", "OTHERS", "CURRENT", "ALL", "OTHERS", "CURRENT", "ALL"}
		answers := make([]*answer, len(tokens))
		var group sync.WaitGroup
		for i, accessToken := range tokens {
			group.Go(func() { answers[i] = s.ask(t, accessToken, logout, vars{"scope": scopes[i]}) })
		}
		group.Wait()
		alive := 0
		for i, a := range answers {
			succeeded := len(a.Errors) == 0
			if !succeeded {
				a.refused(t, revoked)
			}
			after := s.ask(t, tokens[i], me, nil)
			if len(after.Errors) == 0 && succeeded && scopes[i] == "OTHERS" {
				alive++
			} else {
				after.refused(t, revoked)
			}
		}
		if alive > 1 {
			t.Errorf("%d sessions say that they have ended all others", alive)
		}
	})
}

// 2,500 sessions take more than one statement to block.
func TestLogoutAllEndsAnyNumberOfSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		const many = 2500
		ada := s.join(t, "ada@example.org")
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			for range many / 500 {
				var rows []*ent.SessionCreate
				for range 500 {
					rows = append(rows, tx.Session.Create().SetID(uuid.Must(uuid.NewV7())).
						SetUserID(uuid.FromStringOrNil(ada.id)).SetCreatedAt(s.clock.Now()).
						SetLastUsedAt(s.clock.Now()).SetExpiresAt(s.clock.Now().Add(time.Hour)).SetAccessExpiresAt(s.clock.Now()).SetSecretHash(make([]byte, 32)))
				}
				if err := tx.Session.CreateBulk(rows...).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		a := s.ask(t, ada.token, logout, vars{"scope": "ALL"}).ok(t)
		if ended := a.Data["logout"].(map[string]any)["endedSessionIds"].([]any); len(ended) != many+1 {
			t.Errorf("ended %d sessions", len(ended))
		}
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			if sessions, blocked := tx.Session.Query().CountX(ctx), tx.BlockedToken.Query().CountX(ctx); sessions != 0 || blocked != many+1 {
				t.Errorf("%d sessions are left, %d ids blocked", sessions, blocked)
			}
			return nil
		})
	})
}

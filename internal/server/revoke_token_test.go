package server_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"
	"github.com/golang-jwt/jwt/v5"

	"latchkey/ent"
)

const revokeToken = `mutation ($token: String!) { revokeToken(token: $token) { revoked } }`

// revoke takes a token back, without a header, and tells whether there was anything to take back.
func (s *testServer) revoke(t testing.TB, raw string) bool {
	t.Helper()
	return s.ask(t, "", revokeToken, vars{"token": raw}).ok(t).at(t, "revokeToken.revoked") == "true"
}

func TestRevokedAccessTokenTakesNothingElseWithIt(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		other := s.open(t, "ada@example.org")
		moved := s.refresh(t, ada.refresh).ok(t)
		if !s.revoke(t, ada.token) {
			t.Error("it was not revoked")
		}
		s.ask(t, ada.token, me, nil).refused(t, revoked)
		s.ask(t, ada.token, logout, vars{"scope": "ALL"}).refused(t, revoked)
		if got := s.ask(t, "", validate, vars{"token": ada.token}).ok(t).at(t, "validateToken.reason"); got != "REVOKED" {
			t.Errorf("reason is %s", got)
		}
		if s.revoke(t, ada.token) {
			t.Error("it was revoked twice")
		}
		s.alive(t, opened{token: moved.at(t, "refreshToken.accessToken"), refresh: moved.at(t, "refreshToken.refreshToken")})
		s.alive(t, other)
	})
}

func TestRevokedRefreshTokenEndsItsSession(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		other := s.open(t, "ada@example.org")
		for generation, name := range []string{"older", "previous", "current"} {
			t.Run(name, func(t *testing.T) {
				generations := []opened{s.open(t, "ada@example.org")}
				for range 2 {
					a := s.refresh(t, generations[len(generations)-1].refresh).ok(t)
					s.clock.Advance(time.Minute)
					generations = append(generations, opened{
						token: a.at(t, "refreshToken.accessToken"), refresh: a.at(t, "refreshToken.refreshToken"),
					})
				}
				if !s.revoke(t, generations[generation].refresh) {
					t.Error("it was not revoked")
				}
				for i, each := range generations {
					s.over(t, each)
					if s.revoke(t, each.refresh) || s.revoke(t, each.token) {
						t.Errorf("tokens of generation %d are revoked again", i)
					}
				}
			})
		}
		s.alive(t, other)
	})
}

func TestRevokingWhatIsNoGoodTokenIsNoError(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		expired, gone, disabled := s.join(t, "ada@example.org"), s.join(t, "grace@example.org"), s.join(t, "alan@example.org")
		s.clock.Advance(30 * 24 * time.Hour)
		live := s.open(t, "ada@example.org")
		left := s.ask(t, "", login, credentials("grace@example.org")).ok(t)
		s.ask(t, left.at(t, "login.accessToken"), remove, input(vars{"currentPassword": secret})).ok(t)
		s.disable(t, disabled.id)
		last := live.refresh[len(live.refresh)-1:]
		forged := live.refresh[:len(live.refresh)-1] + map[bool]string{true: "B", false: "A"}[last == "A"]
		for name, raw := range map[string]string{
			"nothing": "", "garbage": "hunter2", "half a token": live.token[:40], "a header": "Bearer " + live.token,
			"with a space": live.refresh + " ", "a session's id": live.id,
			"an access token that has expired":    expired.token,
			"an access token of a deleted user":   left.at(t, "login.accessToken"),
			"an access token of a disabled user":  disabled.token,
			"a refresh token of a deleted user":   left.at(t, "login.refreshToken"),
			"an expired one of a deleted user":    gone.refresh,
			"a refresh token with another MAC":    forged,
			"as long as a request may be, nearly": strings.Repeat("a", 60_000),
		} {
			t.Run(name, func(t *testing.T) {
				unchanged := s.unchanged(t)
				if s.revoke(t, raw) {
					t.Error("it was revoked")
				}
				unchanged(t)
			})
		}
		if s.revoke(t, expired.refresh) { // may remove its row
			t.Error("an expired refresh token was revoked")
		}
		s.alive(t, live)
	})
}

func TestOneTokenRevokedManyTimesAtOnceIsRevokedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		for name, raw := range map[string]func() string{
			"access token":  func() string { return s.refresh(t, ada.refresh).ok(t).at(t, "refreshToken.accessToken") },
			"refresh token": func() string { return s.open(t, "ada@example.org").refresh },
		} {
			t.Run(name, func(t *testing.T) {
				raw := raw()
				done := make([]bool, 16)
				var group sync.WaitGroup
				for i := range done {
					group.Go(func() { done[i] = s.revoke(t, raw) })
				}
				group.Wait()
				count := 0
				for _, revoked := range done {
					if revoked {
						count++
					}
				}
				if count != 1 {
					t.Errorf("%d of them say that they have revoked it", count)
				}
			})
		}
	})
}

// 30 s of leeway and 5 minutes of margin. It does not matter how late in its life the token is taken back.
func TestBlockOutlivesTheRevokedToken(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		other := s.open(t, "ada@example.org")
		expiry := s.clock.Now().Add(15 * time.Minute)
		s.clock.Advance(15*time.Minute + 29*time.Second)
		if !s.revoke(t, ada.token) || !s.revoke(t, other.refresh) {
			t.Fatal("they were not revoked")
		}
		var claims jwt.RegisteredClaims
		if _, _, err := jwt.NewParser().ParseUnverified(ada.token, &claims); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]time.Time{
			claims.ID: expiry.Add(5*time.Minute + 30*time.Second),
			// A refresh in the grace may have issued another access token.
			other.id: expiry.Add(30*time.Second + 5*time.Minute + 30*time.Second),
		} {
			s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
				blocked, err := tx.BlockedToken.Get(ctx, uuid.FromStringOrNil(id))
				if err == nil && !blocked.ExpiresAt.Equal(want) {
					t.Errorf("kept until %v, want %v", blocked.ExpiresAt, want)
				}
				return err
			})
		}
	})
}

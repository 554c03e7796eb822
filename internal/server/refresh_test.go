package server_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/config"
	"latchkey/internal/token"
)

func TestRefreshMovesTheSessionOn(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.clock.Advance(14 * time.Minute)
		a := s.refresh(t, ada.refresh).ok(t)
		for field, want := range map[string]string{"expiresIn": "900", "user.id": ada.id, "user.email": "ada@example.org"} {
			if got := a.at(t, "refreshToken."+field); got != want {
				t.Errorf("%s is %s, want %s", field, got, want)
			}
		}
		accessToken, refreshToken := a.at(t, "refreshToken.accessToken"), a.at(t, "refreshToken.refreshToken")
		if refreshToken == ada.refresh || accessToken == ada.token {
			t.Error("a token came back as it was sent")
		}
		shown := only(t, a.Data["refreshToken"].(map[string]any)["user"])
		for field, want := range map[string]any{
			"id": s.sessionOf(t, ada.token), "current": true, "createdAt": "2026-11-22T09:30:00.000Z",
			"lastUsedAt": "2026-11-22T09:44:00.000Z", "expiresAt": "2026-12-22T09:44:00.000Z",
		} {
			if shown[field] != want {
				t.Errorf("session: %s is %v, want %v", field, shown[field], want)
			}
		}
		s.ask(t, ada.token, me, nil).ok(t) // until it expires
		s.ask(t, accessToken, me, nil).ok(t)
		if got, want := s.sessionOf(t, accessToken), s.sessionOf(t, ada.token); got != want {
			t.Errorf("the session is %s, want %s", got, want)
		}
		s.clock.Advance(time.Hour)
		s.refresh(t, refreshToken).ok(t)
	})
}

// only returns the one session that a user shows.
func only(t testing.TB, user any) map[string]any {
	t.Helper()
	sessions := user.(map[string]any)["sessions"].([]any)
	if len(sessions) != 1 {
		t.Fatalf("there are %d sessions: %v", len(sessions), sessions)
	}
	return sessions[0].(map[string]any)
}

func TestRefreshesOfOneTokenAtOnceAllGetTheSameToken(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		const tabs = 64
		ada := s.join(t, "ada@example.org")
		answers := make([]*answer, tabs)
		var group sync.WaitGroup
		for i := range tabs {
			group.Go(func() { answers[i] = s.refresh(t, ada.refresh) })
		}
		group.Wait()
		next := answers[0].ok(t).at(t, "refreshToken.refreshToken")
		for _, a := range answers {
			if got := a.ok(t).at(t, "refreshToken.refreshToken"); got != next {
				t.Errorf("one got %s, another %s", got, next)
			}
			s.ask(t, a.at(t, "refreshToken.accessToken"), me, nil).ok(t)
		}
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			row, err := tx.Session.Query().Only(ctx)
			if err == nil && row.Generation != 2 {
				t.Errorf("the session moved on from generation 1 to %d", row.Generation)
			}
			return err
		})
		s.refresh(t, next).ok(t)
	})
}

func TestTokenBeforeTheCurrentOneIsGoodForTheGrace(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		current := s.refresh(t, ada.refresh).ok(t).at(t, "refreshToken.refreshToken")
		s.clock.Advance(30 * time.Second)
		if got := s.refresh(t, ada.refresh).ok(t).at(t, "refreshToken.refreshToken"); got != current {
			t.Errorf("got %s, want the current %s", got, current)
		}
		s.refresh(t, current).ok(t)
	})
}

// Whoever presents it may have stolen it, or be the one it was stolen from.
func TestOldTokenEndsTheSession(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		other := s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).ok(t)
		for name, reuse := range map[string]func(first string) (access, current string){
			"the one before, after the grace": func(first string) (string, string) {
				a := s.refresh(t, first).ok(t)
				s.clock.Advance(30*time.Second + time.Millisecond)
				return a.at(t, "refreshToken.accessToken"), a.at(t, "refreshToken.refreshToken")
			},
			"an older one, within the grace": func(first string) (string, string) {
				a := s.refresh(t, s.refresh(t, first).ok(t).at(t, "refreshToken.refreshToken")).ok(t)
				return a.at(t, "refreshToken.accessToken"), a.at(t, "refreshToken.refreshToken")
			},
		} {
			t.Run(name, func(t *testing.T) {
				opened := s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).ok(t)
				first := opened.at(t, "login.refreshToken")
				accessToken, current := reuse(first)
				s.ask(t, accessToken, me, nil).ok(t)
				s.refresh(t, first).refused(t, reused)
				s.ask(t, accessToken, me, nil).refused(t, revoked)
				s.ask(t, opened.at(t, "login.accessToken"), me, nil).refused(t, revoked)
				s.refresh(t, current).refused(t, invalidRefresh)
				s.refresh(t, first).refused(t, invalidRefresh)
			})
		}
		for _, alive := range []string{ada.refresh, grace.refresh, other.at(t, "login.refreshToken")} {
			s.refresh(t, alive).ok(t)
		}
	})
}

func TestWithoutGraceEveryTokenWorksOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.refresh(t, ada.refresh).ok(t)
		s.clock.Advance(time.Millisecond)
		s.refresh(t, ada.refresh).refused(t, reused)
	}, func(c *config.Config) { c.RefreshGrace = 0 })
}

func TestWhatIsNoRefreshTokenIsInvalid(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		last := ada.refresh[len(ada.refresh)-1:]
		for name, raw := range map[string]string{
			"empty": "", "nonsense": "nonsense", "an access token": ada.token,
			"cut off": ada.refresh[1:], "longer": ada.refresh + "A", "with a line break": ada.refresh[:50] + "\n" + ada.refresh[50:],
			"padded": ada.refresh + "=", "with spaces": " " + ada.refresh,
			"another end":    strings.TrimSuffix(ada.refresh, last) + map[bool]string{true: "B", false: "A"}[last == "A"],
			"standard codes": strings.NewReplacer("-", "+", "_", "/").Replace(ada.refresh) + "=",
		} {
			t.Run(name, func(t *testing.T) { s.refresh(t, raw).refused(t, invalidRefresh) })
		}
		s.ask(t, "", refresh, nil).refused(t, invalidRefresh)
		s.ask(t, "", refresh, vars{"token": nil}).refused(t, invalidRefresh)
		s.refresh(t, ada.refresh).ok(t)
	})
}

// Whoever has the database has the hash of the secret, but not the key.
func TestCopyOfTheDatabaseMakesNoRefreshToken(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		var row *ent.Session
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) (err error) {
			row, err = tx.Session.Query().Only(ctx)
			return err
		})
		thief := token.NewRefreshKey()
		for _, guess := range []token.Secret{token.Secret(row.SecretHash[:16]), token.Secret(row.SecretHash[16:]), {}} {
			forged := thief.Seal(token.Refresh{SessionID: row.ID, Generation: row.Generation, Secret: guess})
			s.refresh(t, forged).refused(t, invalidRefresh)
		}
		s.refresh(t, ada.refresh).ok(t)
	})
}

// Whoever has the keys can make access tokens until the keys are replaced, but not refresh.
func TestCopyOfTheKeysMakesNoRefreshToken(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		stolen := refreshKey(t, s.config.KeysDir)
		id := uuid.FromStringOrNil(s.sessionOf(t, ada.token)) // access tokens tell it
		for generation := range uint32(4) {
			forged := stolen.Seal(token.Refresh{SessionID: id, Generation: generation, Secret: token.NewSecret()})
			s.refresh(t, forged).refused(t, invalidRefresh)
		}
		s.ask(t, ada.token, me, nil).ok(t) // and a guess ends nothing
		s.refresh(t, ada.refresh).ok(t)
	})
}

// With the keys and a token, someone could try to be ahead of the session.
func TestGenerationThatDoesNotExistYetIsInvalid(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		stolen := refreshKey(t, s.config.KeysDir)
		opened, ok := stolen.Open(ada.refresh)
		if !ok {
			t.Fatal("the token is not sealed with this key")
		}
		opened.Generation++
		s.refresh(t, stolen.Seal(opened)).refused(t, invalidRefresh)
		s.refresh(t, ada.refresh).ok(t)
	})
}

func TestDisabledUserCanNotRefresh(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.disable(t, ada.id)
		s.refresh(t, ada.refresh).refused(t, invalidRefresh)
	})
}

// refreshKey is the key of a server's refresh tokens.
func refreshKey(t testing.TB, dir string) *token.RefreshKey {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "refresh.pem"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := token.ParseRefreshKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

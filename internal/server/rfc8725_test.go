package server_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// trick is something that the JWT libraries of others have fallen for. Its name says where RFC 8725 (JWT Best Current
// Practices) has it; "-" stands for tricks that became known elsewhere.
type trick struct{ name, reason, token string }

// places are all that take a token. Each fails the test unless it refuses one that has this TokenProblem.
var places = []struct {
	name   string
	header bool // it takes the token in a header, which can't hold just any text
	try    func(t *testing.T, s *testServer, raw, reason string)
}{
	{"me", true, func(t *testing.T, s *testServer, raw, reason string) {
		s.ask(t, raw, me, nil).refused(t, "UNAUTHENTICATED reason="+reason)
	}},
	{"updateUser", true, func(t *testing.T, s *testServer, raw, reason string) {
		s.ask(t, raw, update, input(vars{"name": "Eve"})).refused(t, "UNAUTHENTICATED reason="+reason)
	}},
	{"logout", true, func(t *testing.T, s *testServer, raw, reason string) {
		s.ask(t, raw, logout, vars{"scope": "ALL"}).refused(t, "UNAUTHENTICATED reason="+reason)
	}},
	{"validateToken", false, func(t *testing.T, s *testServer, raw, reason string) {
		status := s.ask(t, "", validate, vars{"token": raw}).ok(t).Data["validateToken"].(map[string]any)
		if status["active"] != false || status["reason"] != reason ||
			status["userId"] != nil || status["sessionId"] != nil || status["expiresAt"] != nil {
			t.Errorf("validateToken: %v, want %s", status, reason)
		}
	}},
	{"revokeToken", false, func(t *testing.T, s *testServer, raw, _ string) {
		if s.revoke(t, raw) {
			t.Error("revokeToken: there was something to revoke")
		}
	}},
	{"refreshToken", false, func(t *testing.T, s *testServer, raw, _ string) {
		s.refresh(t, raw).refused(t, invalidRefresh)
	}},
	{"refreshToken with the cookie", true, func(t *testing.T, s *testServer, raw, _ string) {
		s.askWith(t, page(issuer, raw, ""), refreshCookie, nil).refused(t, invalidRefresh).noCookie(t)
	}},
	{"logout with the cookie", true, func(t *testing.T, s *testServer, raw, _ string) {
		s.askWith(t, page(issuer, raw, ""), logout, vars{"scope": "ALL"}).refused(t, missing)
	}},
}

// fitsHeader tells whether a header can hold this text as it is. What is longer no handler sees (TestHeadersAreBounded).
func fitsHeader(text string) bool {
	return len(text) < 30<<10 && text == strings.TrimSpace(text) && !strings.ContainsAny(text, "\r\n\t\x00")
}

func TestEveryTrickOfRFC8725IsRefusedWhereverATokenIsTaken(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		var called atomic.Bool
		thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Store(true) }))
		defer thief.Close()
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		f := newForge(t, s, ada)
		s.ask(t, f.sign(), me, nil).ok(t) // the forge itself is good
		unchanged := s.unchanged(t)
		for _, trick := range slices.Concat(
			algorithmTricks(f), signatureTricks(f, newForge(t, s, grace)), keyTricks(f, thief.URL),
			encodingTricks(f), formTricks(f), headerTricks(f), claimTricks(f), timeTricks(f, s.clock.Now()),
		) {
			t.Run(trick.name, func(t *testing.T) {
				for _, place := range places {
					if !place.header || fitsHeader(trick.token) {
						t.Run(place.name, func(t *testing.T) { place.try(t, s, trick.token, trick.reason) })
					}
				}
				unchanged(t)
			})
		}
		if called.Load() {
			t.Error("the server has called an address that was in a token")
		}
		for _, m := range []member{ada, grace} {
			s.alive(t, opened{token: m.token, refresh: m.refresh})
		}
	})
}

// RFC 8725 and its like do not forbid these, or only whoever has the key could make them. Still they are good for nothing.
func TestWhatATokenMaySayBesideIsOfNoUse(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		var called atomic.Bool
		thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Store(true) }))
		defer thief.Close()
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		f := newForge(t, s, ada)

		t.Run("§3.10 addresses beside our own signature are not looked at", func(t *testing.T) {
			s.ask(t, f.sign(header("jku", thief.URL), header("x5u", thief.URL)), me, nil).ok(t)
			if called.Load() {
				t.Error("the server has called one")
			}
		})
		t.Run("§3.10 the role is that of the user, whatever the token says", func(t *testing.T) {
			s.ask(t, f.sign(claim("role", "ADMIN")), endUserSessions, vars{"userId": grace.id}).refused(t, "FORBIDDEN")
		})
		t.Run("§3.8 with the session of another user, only that of oneself can be ended", func(t *testing.T) {
			mixed := f.sign(claim("sid", s.sessionOf(t, grace.token)))
			a := s.ask(t, mixed, logout, vars{"scope": "CURRENT"}).ok(t)
			if ended := endedBy(a); len(ended) != 0 {
				t.Errorf("ended %v", ended)
			}
			s.ask(t, grace.token, me, nil).ok(t)
		})
		t.Run("- an equivalent signature is taken back with the token", func(t *testing.T) {
			twin := malleated(f)
			if twin == f.good {
				t.Fatal("it is the same")
			}
			s.ask(t, twin, me, nil).ok(t)
			if !s.revoke(t, ada.token) || s.revoke(t, twin) {
				t.Error("it can be taken back twice")
			}
			s.ask(t, twin, me, nil).refused(t, revoked)
		})
	})
}

package server_test

import (
	"slices"
	"testing"
	"time"
)

// endedBy returns the ids of the sessions that a logout has ended.
func endedBy(a *answer) []string {
	ids := []string{}
	for _, id := range a.Data["logout"].(map[string]any)["endedSessionIds"].([]any) {
		ids = append(ids, id.(string))
	}
	return ids
}

func TestCookieAloneLogsOut(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		other := s.open(t, "ada@example.org")
		for name, sent := range map[string]func(opened) string{
			"without an access token":              func(opened) string { return "" },
			"with an access token that is garbage": func(opened) string { return "garbage" },
			"with an access token that has expired": func(session opened) string {
				s.clock.Advance(time.Hour)
				return session.token
			},
			"with an access token that was revoked": func(session opened) string {
				s.revoke(t, session.token)
				return session.token
			},
		} {
			t.Run(name, func(t *testing.T) {
				session := s.openInCookie(t, "ada@example.org")
				accessToken := sent(session)
				a := s.askWith(t, page(issuer, session.refresh, accessToken), logout, vars{"scope": "CURRENT"}).ok(t).cleared(t)
				if got := endedBy(a); !slices.Equal(got, []string{session.id}) {
					t.Errorf("ended %v, want %s", got, session.id)
				}
				s.refresh(t, session.refresh).refused(t, invalidRefresh)
			})
		}
		s.refresh(t, other.refresh).ok(t)
	})
}

func TestLogoutOfAllWithTheCookieAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		other, session := s.open(t, "ada@example.org"), s.openInCookie(t, "ada@example.org")
		s.askWith(t, page(issuer, session.refresh, ""), logout, vars{"scope": "ALL"}).ok(t).cleared(t)
		for _, each := range []opened{session, other, {token: ada.token, refresh: ada.refresh}} {
			s.over(t, each)
		}
		s.alive(t, opened{token: grace.token, refresh: grace.refresh})
	})
}

func TestLogoutOfOthersLeavesTheCookie(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		session := s.openInCookie(t, "ada@example.org")
		for _, accessToken := range []string{session.token, ""} {
			other := s.open(t, "ada@example.org")
			s.askWith(t, page(issuer, session.refresh, accessToken), logout, vars{"scope": "OTHERS"}).ok(t).noCookie(t)
			s.over(t, other)
		}
		s.ask(t, session.token, me, nil).ok(t)
		s.askWith(t, page(issuer, "dead", ""), logout, vars{"scope": "OTHERS"}).refused(t, missing).noCookie(t)
		s.askWith(t, page(issuer, session.refresh, ""), refreshCookie, nil).ok(t).cookie(t, month)
	})
}

func TestLogoutClearsTheCookieAlsoIfItIsGoodForNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		expired, ended := s.openInCookie(t, "ada@example.org"), s.openInCookie(t, "ada@example.org")
		s.revoke(t, ended.refresh)
		for _, scope := range []string{"CURRENT", "ALL"} {
			own := s.open(t, "ada@example.org")
			s.askWith(t, page(issuer, "garbage", own.token), logout, vars{"scope": scope}).ok(t).cleared(t)
			own = s.open(t, "ada@example.org")
			s.askWith(t, page(issuer, ended.refresh, own.token), logout, vars{"scope": scope}).ok(t).cleared(t)
			s.askWith(t, page(issuer, ended.refresh, own.token), logout, vars{"scope": scope}).refused(t, invalidRefresh).cleared(t)
			s.askWith(t, page(issuer, "garbage", own.token), logout, vars{"scope": scope}).refused(t, revoked).cleared(t)
			s.askWith(t, page(issuer, "garbage", ""), logout, vars{"scope": scope}).refused(t, missing).cleared(t)
			s.askWith(t, page(issuer, "", ""), logout, vars{"scope": scope}).refused(t, missing).noCookie(t) // there is none
		}
		s.clock.Advance(30 * 24 * time.Hour)
		s.askWith(t, page(issuer, expired.refresh, ""), logout, vars{"scope": "CURRENT"}).refused(t, invalidRefresh).cleared(t)
	})
}

// Whoever logs out with an old token may have stolen it, or be the one it was stolen from.
func TestLogoutWithAnOldTokenInTheCookieEndsTheSession(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		first := s.openInCookie(t, "ada@example.org")
		next := s.askWith(t, page(issuer, first.refresh, ""), refreshCookie, nil).ok(t).cookie(t, month)
		s.clock.Advance(time.Minute)
		s.askWith(t, page(issuer, first.refresh, ""), logout, vars{"scope": "CURRENT"}).refused(t, reused).cleared(t)
		s.over(t, opened{token: first.token, refresh: next})
	})
}

// Nobody could refresh or end it any more once the cookie is cleared.
func TestLogoutEndsTheSessionInTheCookieBesideTheCurrentOne(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		inBody, inCookie, other := s.open(t, "ada@example.org"), s.openInCookie(t, "ada@example.org"), s.open(t, "ada@example.org")
		a := s.askWith(t, page(issuer, inCookie.refresh, inBody.token), logout, vars{"scope": "CURRENT"}).ok(t).cleared(t)
		got, want := endedBy(a), []string{inBody.id, inCookie.id}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("ended %v, want %v", got, want)
		}
		s.over(t, inBody)
		s.over(t, inCookie)
		s.alive(t, other)
	})
}

// Two people at one browser: whose cookie is cleared is logged out as well.
func TestLogoutEndsTheSessionInTheCookieAlsoIfItIsSomebodyElses(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		s.join(t, "grace@example.org")
		for _, scope := range []string{"CURRENT", "ALL"} {
			inBody, inCookie, other := s.open(t, "ada@example.org"), s.openInCookie(t, "grace@example.org"), s.open(t, "grace@example.org")
			s.askWith(t, page(issuer, inCookie.refresh, inBody.token), logout, vars{"scope": scope}).ok(t).cleared(t)
			s.over(t, inBody)
			s.over(t, inCookie)
			s.alive(t, other)
		}
	})
}

// A client that made a mistake can try again.
func TestLogoutOfNoSuchScopeLeavesTheCookie(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		session := s.openInCookie(t, "ada@example.org")
		unchanged := s.unchanged(t)
		s.askWith(t, page(issuer, session.refresh, ""), logout, vars{"scope": "current"}).
			refused(t, "BAD_USER_INPUT field=scope reason=INVALID_FORMAT").noCookie(t)
		unchanged(t)
	})
}

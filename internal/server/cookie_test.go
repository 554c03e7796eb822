package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	cookieName = "__Host-latchkey_refresh"
	issuer     = "http://localhost:8080" // of defaults; its pages are of the same origin
	notAllowed = "BAD_USER_INPUT field=input.delivery reason=NOT_ALLOWED"
	newSecret  = "another password"

	refreshCookie  = `mutation { refreshToken { accessToken refreshToken expiresIn user { id } } }`
	changePassword = `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { auth { accessToken refreshToken } } }`
)

// page is what a browser sends for a page of an origin, on the same site, with a cookie and an access token unless they
// are "".
func page(origin, cookie, accessToken string) http.Header {
	header := http.Header{"Origin": {origin}, "Sec-Fetch-Site": {"same-origin"}}
	if cookie != "" {
		header.Set("Cookie", cookieName+"="+cookie)
	}
	if accessToken != "" {
		header.Set("Authorization", "Bearer "+accessToken)
	}
	return header
}

// cookie returns what the answer sets the cookie to. The test fails unless it is the only one and has exactly the attributes
// that keep it safe, and this age in seconds.
func (a *answer) cookie(t testing.TB, age int) string {
	t.Helper()
	set := a.header.Values("Set-Cookie")
	if len(set) != 1 {
		t.Fatalf("%d cookies are set: %v with %s", len(set), set, a.body)
	}
	value, attributes, _ := strings.Cut(strings.TrimPrefix(set[0], cookieName+"="), "; ")
	if want := fmt.Sprintf("Path=/; Max-Age=%d; HttpOnly; Secure; SameSite=Strict", age); attributes != want {
		t.Errorf("the cookie is %s, want %s", set[0], want)
	}
	return value
}

// cleared fails the test unless the answer removes the cookie.
func (a *answer) cleared(t testing.TB) *answer {
	t.Helper()
	if value := a.cookie(t, 0); value != "" {
		t.Errorf("the cookie is set to %s", value)
	}
	return a
}

// noCookie fails the test if the answer does anything to the cookie.
func (a *answer) noCookie(t testing.TB) *answer {
	t.Helper()
	if set := a.header.Values("Set-Cookie"); len(set) > 0 {
		t.Errorf("a cookie is set: %v with %s", set, a.body)
	}
	return a
}

const month = 30 * 24 * 60 * 60 // how long a session lives that is not refreshed, in seconds

// openInCookie logs in on a page; the refresh token is that of the cookie.
func (s *testServer) openInCookie(t testing.TB, email string) opened {
	t.Helper()
	in := vars{"identifier": email, "password": secret, "delivery": "COOKIE"}
	a := s.askWith(t, page(issuer, "", ""), login, input(in)).ok(t)
	if got := a.at(t, "login.refreshToken"); got != "<nil>" {
		t.Errorf("the answer has the refresh token %s", got)
	}
	accessToken := a.at(t, "login.accessToken")
	return opened{s.sessionOf(t, accessToken), accessToken, a.cookie(t, month)}
}

func TestCookieCarriesTheRefreshTokenInsteadOfTheAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		in := vars{"email": "ada@example.org", "password": secret, "delivery": "COOKIE"}
		a := s.askWith(t, page(issuer, "", ""), signup, input(in)).ok(t)
		first := a.cookie(t, month)
		if got := a.at(t, "signup.refreshToken"); got != "<nil>" {
			t.Errorf("the answer has the refresh token %s", got)
		}
		s.openInCookie(t, "ada@example.org")

		s.clock.Advance(time.Hour)
		a = s.askWith(t, page(issuer, first, ""), refreshCookie, nil).ok(t)
		second := a.cookie(t, month)
		if got := a.at(t, "refreshToken.refreshToken"); got != "<nil>" || second == first {
			t.Errorf("the answer has the refresh token %s, the cookie went from %s to %s", got, first, second)
		}
		s.ask(t, a.at(t, "refreshToken.accessToken"), me, nil).ok(t)
		s.askWith(t, page(issuer, second, ""), refresh, vars{"token": nil}).ok(t).cookie(t, month) // null is no argument

		s.clock.Advance(time.Minute)
		s.askWith(t, page(issuer, first, ""), refreshCookie, nil).refused(t, reused)
	})
}

// The cookie ends with its session, at most 90 days after the log-in.
func TestCookieLivesAsLongAsItsSession(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		cookie := s.openInCookie(t, "ada@example.org").refresh
		for range 3 {
			s.clock.Advance(25 * 24 * time.Hour)
			a := s.askWith(t, page(issuer, cookie, ""), refreshCookie, nil).ok(t)
			if s.clock.Now().Before(time.Date(2027, 1, 22, 0, 0, 0, 0, time.UTC)) {
				cookie = a.cookie(t, month)
			} else {
				cookie = a.cookie(t, 15*24*60*60)
			}
		}
	})
}

func TestWithoutDeliveryTheRefreshTokenIsInTheAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		cookie := s.openInCookie(t, "ada@example.org").refresh
		for name, in := range map[string]vars{"omitted": {}, "null": {"delivery": nil}, "BODY": {"delivery": "BODY"}} {
			t.Run(name, func(t *testing.T) {
				in["password"] = secret
				in["email"] = strings.ToLower(name) + "@example.org"
				a := s.askWith(t, page(issuer, cookie, ""), signup, input(in)).ok(t).noCookie(t)
				s.refresh(t, a.at(t, "signup.refreshToken")).ok(t)
				in["identifier"] = in["email"]
				delete(in, "email")
				a = s.askWith(t, page(issuer, cookie, ""), login, input(in)).ok(t).noCookie(t)
				s.refresh(t, a.at(t, "login.refreshToken")).ok(t)
			})
		}
	})
}

func TestExplicitTokenWinsOverTheCookie(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		inCookie, other := s.openInCookie(t, "ada@example.org"), s.open(t, "ada@example.org")
		unchanged := s.unchanged(t)
		for _, raw := range []string{"", "nonsense"} { // is not replaced by the cookie
			s.askWith(t, page(issuer, inCookie.refresh, ""), refresh, vars{"token": raw}).refused(t, invalidRefresh).noCookie(t)
		}
		unchanged(t)
		a := s.askWith(t, page(issuer, inCookie.refresh, ""), refresh, vars{"token": other.refresh}).ok(t).noCookie(t)
		if got := s.sessionOf(t, a.at(t, "refreshToken.accessToken")); got != other.id {
			t.Errorf("session %s was refreshed, want %s", got, other.id)
		}
		s.refresh(t, a.at(t, "refreshToken.refreshToken")).ok(t)
		s.askWith(t, page(issuer, inCookie.refresh, ""), refreshCookie, nil).ok(t).cookie(t, month)
	})
}

func TestNewPasswordKeepsTheDelivery(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		change := input(vars{"currentPassword": secret, "newPassword": newSecret})
		inCookie, inBody := s.openInCookie(t, "ada@example.org"), s.open(t, "ada@example.org")

		unchanged := s.unchanged(t)
		for name, header := range map[string]http.Header{
			"a foreign page": page("https://evil.example", inCookie.refresh, inCookie.token), "no page": {"Authorization": {"Bearer " + inCookie.token}},
		} {
			t.Run(name, func(t *testing.T) {
				s.askWith(t, header, changePassword, change).
					refused(t, "BAD_USER_INPUT field=input.newPassword reason=NOT_ALLOWED").noCookie(t)
				unchanged(t)
			})
		}

		a := s.askWith(t, page(issuer, inCookie.refresh, inCookie.token), changePassword, change).ok(t)
		cookie := a.cookie(t, month)
		if got := a.at(t, "updateUser.auth.refreshToken"); got != "<nil>" {
			t.Errorf("the answer has the refresh token %s", got)
		}
		s.over(t, inCookie)
		s.over(t, inBody)
		s.askWith(t, page(issuer, cookie, ""), refreshCookie, nil).ok(t).cookie(t, month)

		// A session that has its token in the body keeps it there, whatever the cookie holds.
		in := vars{"identifier": "ada@example.org", "password": newSecret}
		accessToken := s.askWith(t, page(issuer, cookie, ""), login, input(in)).ok(t).at(t, "login.accessToken")
		a = s.askWith(t, page(issuer, cookie, accessToken), changePassword,
			input(vars{"currentPassword": newSecret, "newPassword": secret})).ok(t).noCookie(t)
		s.refresh(t, a.at(t, "updateUser.auth.refreshToken")).ok(t)
	})
}

func TestRefreshesAtOnceWithOneCookieAllGetTheSameCookie(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		session := s.openInCookie(t, "ada@example.org")
		answers := make([]*answer, 64)
		var group sync.WaitGroup
		for i := range answers {
			group.Go(func() { answers[i] = s.askWith(t, page(issuer, session.refresh, ""), refreshCookie, nil) })
		}
		group.Wait()
		next := answers[0].ok(t).cookie(t, month)
		for _, a := range answers {
			if got := a.ok(t).cookie(t, month); got != next {
				t.Errorf("one got %s, another %s", next, got)
			}
			s.ask(t, a.at(t, "refreshToken.accessToken"), me, nil).ok(t)
		}
		s.askWith(t, page(issuer, next, ""), refreshCookie, nil).ok(t)
	})
}

// Nothing but refreshToken and logout reads it.
func TestCookieAloneIsNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		session := s.openInCookie(t, "ada@example.org")
		unchanged := s.unchanged(t)
		for name, c := range map[string]struct {
			operation string
			variables vars
		}{
			"me":              {me, nil},
			"node":            {sessionNode, vars{"id": session.id}},
			"revokeSession":   {revokeSession, vars{"id": session.id}},
			"endUserSessions": {endUserSessions, vars{"userId": ada.id}},
			"updateUser":      {update, input(vars{"name": "Ada"})},
			"deleteUser":      {remove, input(vars{"currentPassword": secret})},
		} {
			t.Run(name, func(t *testing.T) {
				s.askWith(t, page(issuer, session.refresh, ""), c.operation, c.variables).refused(t, missing).noCookie(t)
				unchanged(t)
			})
		}
		a := s.askWith(t, page(issuer, session.refresh, ""), revokeToken, vars{"token": ""}).ok(t).noCookie(t)
		if a.at(t, "revokeToken.revoked") != "false" {
			t.Error("revokeToken took the cookie back")
		}
		unchanged(t)
	})
}

func TestASignInEndsTheSessionInTheCookieThatItReplaces(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		grace := s.join(t, "grace@example.org")
		in := func(identifier, delivery string) vars {
			return input(vars{"identifier": identifier, "password": secret, "delivery": delivery})
		}
		first := s.openInCookie(t, "ada@example.org")
		elsewhere := s.openInCookie(t, "ada@example.org")

		// What replaces nothing ends nothing.
		s.askWith(t, page(issuer, first.refresh, ""), login, input(vars{"identifier": "ada@example.org", "password": "wrong", "delivery": "COOKIE"})).refused(t, wrong)
		s.askWith(t, page(issuer, first.refresh, ""), login, in("ada@example.org", "BODY")).ok(t)
		s.askWith(t, page("https://elsewhere.example", first.refresh, ""), login, in("ada@example.org", "BODY")).ok(t)
		s.ask(t, first.token, me, nil).ok(t)

		told := s.follow(t)
		a := s.askWith(t, page(issuer, first.refresh, ""), login, in("grace@example.org", "COOKIE")).ok(t)
		second := opened{s.sessionOf(t, a.at(t, "login.accessToken")), a.at(t, "login.accessToken"), a.cookie(t, month)}
		s.over(t, first)
		if lines := told.lines(); len(lines) < 2 || !strings.Contains(lines[len(lines)-1], `"reason":"replaced"`) {
			t.Errorf("recorded: %s", lines)
		}
		a = s.askWith(t, page(issuer, second.refresh, ""), signup, input(vars{"username": "eve", "password": secret, "delivery": "COOKIE"})).ok(t)
		s.over(t, second)
		s.ask(t, a.at(t, "signup.accessToken"), me, nil).ok(t)
		s.ask(t, elsewhere.token, me, nil).ok(t)
		s.ask(t, grace.token, me, nil).ok(t)
	})
}

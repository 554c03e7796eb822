package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/internal/config"
)

// throttled switches the limits on. Requests say themselves where they come from: the tests' address is that of a proxy.
func throttled(c *config.Config) {
	c.RateLimit = "on"
	c.TrustedProxies = "127.0.0.1"
}

// from sends an operation from an address, with an access token unless it is "".
func (s *testServer) from(t testing.TB, address, accessToken, query string, variables vars) *answer {
	t.Helper()
	header := http.Header{"X-Forwarded-For": {address}}
	if accessToken != "" {
		header.Set("Authorization", "Bearer "+accessToken)
	}
	return s.askWith(t, header, query, variables)
}

// guess logs in from an address.
func (s *testServer) guess(t testing.TB, address, identifier, password string) *answer {
	t.Helper()
	return s.from(t, address, "", login, input(vars{"identifier": identifier, "password": password}))
}

const wrong = "INVALID_CREDENTIALS"

// limited is how the first try is refused that comes after the free ones.
const limited = "RATE_LIMITED retryAfter=1"

// isLimited tells whether an answer is RATE_LIMITED.
func (a *answer) isLimited() bool {
	return len(a.Errors) > 0 && a.Errors[0].Extensions["code"] == "RATE_LIMITED"
}

// wait moves the clock on for as long as an answer asks for.
func (s *testServer) wait(t testing.TB, a *answer) {
	t.Helper()
	seconds, given := a.Errors[0].Extensions["retryAfter"].(float64)
	if !given || fmt.Sprint(seconds) != a.header.Get("Retry-After") {
		t.Fatalf("retryAfter is %v, Retry-After %q", a.Errors[0].Extensions["retryAfter"], a.header.Get("Retry-After"))
	}
	s.clock.Advance(time.Duration(seconds) * time.Second)
}

// joinFrom signs someone up from an address.
func (s *testServer) joinFrom(t testing.TB, address, email string) member {
	t.Helper()
	a := s.from(t, address, "", signup, input(vars{"email": email, "password": secret})).ok(t)
	return member{id: a.at(t, "signup.user.id"), token: a.at(t, "signup.accessToken"), refresh: a.at(t, "signup.refreshToken")}
}

// address is the i-th of many.
func address(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255) }

// withoutRequestID is what an answer says to whoever compares it with others.
func (a *answer) withoutRequestID() string {
	return fmt.Sprint(a.status, strings.ReplaceAll(a.body, a.header.Get("X-Request-Id"), ""), a.header.Get("Retry-After"))
}

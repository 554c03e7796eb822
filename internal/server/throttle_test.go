package server_test

import (
	"fmt"
	"testing"
	"time"

	"latchkey/internal/config"
	"latchkey/internal/testdb"
)

func TestASessionGuessesAtItsOwnPasswordFiveTimes(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.joinFrom(t, home, "ada@example.org")
		other := s.login(t, "ada@example.org", secret)
		tries := []func() *answer{
			func() *answer { return s.ask(t, ada.token, remove, input(vars{"currentPassword": "guess"})) },
			func() *answer {
				return s.ask(t, ada.token, update, input(vars{"currentPassword": "guess", "email": "eve@example.org"}))
			},
			func() *answer {
				return s.ask(t, ada.token, update, input(vars{"currentPassword": "guess", "newPassword": "another good one"}))
			},
		}
		for i := range 5 {
			tries[i%len(tries)]().refused(t, wrong)
		}
		for _, try := range tries {
			try().refused(t, limited)
		}
		s.ask(t, ada.token, remove, input(vars{"currentPassword": secret})).refused(t, limited)
		s.ask(t, ada.token, update, input(vars{"name": "Ada"})).ok(t) // needs no password
		// Neither the log-in nor the owner's other session is held up.
		s.login(t, "ada@example.org", secret)
		s.ask(t, other, update, input(vars{"currentPassword": secret, "username": "ada"})).ok(t)
		s.clock.Advance(time.Second)
		s.ask(t, ada.token, remove, input(vars{"currentPassword": secret})).ok(t)
	}, throttled)
}

func TestAnAddressSignsUpFiftyTimes(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		newUser := func(i int) vars {
			return input(vars{"email": fmt.Sprintf("user%d@example.org", i), "password": secret})
		}
		for i := range 25 {
			s.from(t, attacker, "", signup, newUser(i)).ok(t)
			s.from(t, attacker, "", signup, newUser(i)).refused(t, "EMAIL_TAKEN field=input.email") // it tells who exists
			s.from(t, attacker, "", signup, input(vars{"email": "ada@example.org", "password": "short"})).refused(t,
				"WEAK_PASSWORD field=input.password reason=TOO_SHORT min=8") // and this does not
		}
		s.from(t, attacker, "", signup, newUser(25)).refused(t, limited)
		s.from(t, home, "", signup, newUser(25)).ok(t)
		s.clock.Advance(time.Second)
		s.from(t, attacker, "", signup, newUser(26)).ok(t)
	}, throttled)
}

func TestAnAccountFindsFiftyTakenNames(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.joinFrom(t, home, "ada@example.org")
		eve := s.joinFrom(t, home, "eve@example.org")
		rename := func(email string) *answer {
			return s.from(t, attacker, eve.token, update, input(vars{"currentPassword": secret, "email": email}))
		}
		for i := range 50 {
			rename(fmt.Sprintf("eve%d@example.org", i)).ok(t)
			rename("ada@example.org").refused(t, "EMAIL_TAKEN field=input.email")
		}
		for _, email := range []string{"ada@example.org", "free@example.org"} {
			rename(email).refused(t, limited)
		}
	}, throttled)
}

func TestASessionRefreshesSixtyTimesAndThenOnceASecond(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.joinFrom(t, home, "ada@example.org")
		current := ada.refresh
		next := func() { current = s.refresh(t, current).ok(t).at(t, "refreshToken.refreshToken") }
		for range 60 {
			next()
		}
		for range 3 {
			s.refresh(t, current).refused(t, limited)
			s.clock.Advance(time.Second)
			next()
		}
		s.refresh(t, s.join(t, "grace@example.org").refresh).ok(t)
	}, throttled)
}

func TestRefusedRefreshesOfAnAddressAreLimitedAndRightOnesAreNot(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.joinFrom(t, home, "ada@example.org")
		gone := s.joinFrom(t, home, "grace@example.org")
		s.ask(t, gone.token, logout, vars{"scope": "CURRENT"}).ok(t)
		for i := range 100 {
			token := "garbage"
			if i%2 == 0 {
				token = gone.refresh
			}
			s.from(t, home, "", refresh, vars{"token": token}).refused(t, invalidRefresh)
		}
		s.from(t, home, "", refresh, vars{"token": "garbage"}).refused(t, limited)
		s.from(t, home, "", refresh, vars{"token": nil}).refused(t, invalidRefresh) // tries nothing
		s.from(t, home, "", refresh, vars{"token": ada.refresh}).ok(t)
		s.from(t, attacker, "", refresh, vars{"token": "garbage"}).refused(t, invalidRefresh)
	}, throttled)
}

// Reuse ends the session and says so, however many refusals there were.
func TestReuseIsToldWhateverTheLimit(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.joinFrom(t, home, "ada@example.org")
		s.refresh(t, ada.refresh).ok(t)
		s.clock.Advance(time.Minute)
		for range 101 {
			s.from(t, home, "", refresh, vars{"token": "garbage"})
		}
		s.from(t, home, "", refresh, vars{"token": ada.refresh}).refused(t, reused)
	}, throttled)
}

func TestAnAddressAsksForAThousandTokensThatAreNotActive(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.joinFrom(t, home, "ada@example.org")
		for range 1000 {
			s.from(t, home, "", validate, vars{"token": "garbage"}).ok(t)
		}
		s.from(t, home, "", validate, vars{"token": "garbage"}).refused(t, limited)
		if s.from(t, home, "", validate, vars{"token": ada.token}).ok(t).at(t, "validateToken.active") != "true" {
			t.Error("a token that is active is refused")
		}
		s.clock.Advance(time.Second)
		for range 100 {
			s.from(t, home, "", validate, vars{"token": "garbage"}).ok(t)
		}
	}, throttled)
}

func TestXForwardedForCountsOnlyFromTrustedProxies(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		for i := range 5 {
			s.guess(t, address(i), "ada@example.org", secret).refused(t, wrong)
		}
		s.guess(t, address(6), "ada@example.org", secret).refused(t, limited)
	}, func(c *config.Config) { c.RateLimit = "on" })
}

func TestServersOnOneRedisCountTogether(t *testing.T) {
	t.Parallel()
	r := testdb.NewRedis(t)
	one := start(t, testdb.MariaDB(t), throttled, func(c *config.Config) { c.RedisURL = r.URL })
	servers := []*testServer{one, startWith(t, one.config)}
	one.joinFrom(t, home, "ada@example.org")
	for i := range 20 {
		servers[i%2].guess(t, address(i), "ada@example.org", "not the password").refused(t, wrong)
	}
	for i, s := range servers {
		s.guess(t, address(100+i), "ada@example.org", secret).refused(t, limited)
		s.guess(t, home, "ada@example.org", secret).ok(t)
	}
	r.Kill()
	for _, s := range servers { // each has a limit still
		for i := range 20 {
			s.guess(t, address(200+i), "ada@example.org", "not the password").refused(t, wrong)
		}
		s.guess(t, address(300), "ada@example.org", secret).refused(t, limited)
		s.guess(t, home, "ada@example.org", secret).ok(t)
	}
}

func TestWithoutLimitsNobodyWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		for range 150 {
			s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).refused(t, wrong)
		}
	})
}

func TestThrottlingIsRecordedAndCountedByItsLimit(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		try := func() *answer { return s.ask(t, "", login, input(vars{"identifier": "hopper", "password": other})) }
		confirm := func() *answer { return s.ask(t, ada.token, remove, input(vars{"currentPassword": other})) }
		for range 5 {
			try().refused(t, wrong)
			confirm().refused(t, wrong)
		}
		const among = "^latchkey_(throttled|logins)"
		told := s.follow(t)
		s.moves(t, among, func() {
			told.tells(t, try().refused(t, limited), "request.throttled limit=login_address_identifier")
		}, `latchkey_throttled_total{limit="login_address_identifier"} +1`)
		s.moves(t, among, func() {
			told.tells(t, confirm().refused(t, limited),
				"request.throttled limit=current_password_session sessionId="+s.sessionOf(t, ada.token)+" userId="+ada.id)
		}, `latchkey_throttled_total{limit="current_password_session"} +1`)
	}, throttled, withMetrics)
}

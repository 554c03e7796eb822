package server_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/internal/testdb"
)

const (
	home     = "203.0.113.1"
	attacker = "198.51.100.1"
)

func TestOneAddressGuessesAtOneAccountFiveTimesAndThenWaitsEverLonger(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.joinFrom(t, home, "ada@example.org")
		for range 5 {
			s.guess(t, attacker, "ada@example.org", "not the password").refused(t, wrong)
		}
		a := s.guess(t, attacker, " ADA@example.org ", secret).refused(t, limited) // it is not looked at
		for want := 2; want <= 512; want *= 2 {
			s.wait(t, a)
			s.guess(t, attacker, "ada@example.org", "not the password").refused(t, wrong)
			a = s.guess(t, attacker, "ada@example.org", "not the password")
			if got := a.Errors[0].Extensions["retryAfter"]; got != float64(want) {
				t.Fatalf("waits %v s, want %d", got, want)
			}
		}
		s.wait(t, a)
		s.guess(t, attacker, "ada@example.org", secret).ok(t)
	}, throttled)
}

func TestAThousandAddressesGuessAtOneAccountTwentyTimes(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.joinFrom(t, home, "ada@example.org")
		disabled := s.joinFrom(t, home, "grace@example.org")
		s.disable(t, disabled.id)
		for i := range 1000 {
			known := s.guess(t, address(i), "ada@example.org", "not the password")
			if got, want := known.isLimited(), i >= 20; got != want {
				t.Fatalf("address %d: %s", i, known.body)
			}
			if i > 30 && i < 990 {
				continue
			}
			// The same answers, in the same order, whoever it is.
			for _, other := range []*answer{
				s.guess(t, address(i), "grace@example.org", secret), s.guess(t, address(i), "nobody@example.org", secret), s.guess(t, address(i), "nobody", secret),
			} {
				if other.withoutRequestID() != known.withoutRequestID() {
					t.Fatalf("address %d gets\n%s\nand\n%s", i, known.withoutRequestID(), other.withoutRequestID())
				}
			}
		}
	}, throttled)
}

func TestOneAddressGuessesAtAThousandAccountsAHundredTimes(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.joinFrom(t, home, "user7@example.org")
		for i := range 1000 {
			a := s.guess(t, attacker, "user"+address(i)+"@example.org", secret)
			if got, want := a.isLimited(), i >= 100; got != want {
				t.Fatalf("account %d: %s", i, a.body)
			}
		}
		s.guess(t, home, "user7@example.org", secret).ok(t)
	}, throttled)
}

func TestAddressesOfOneIPv6NetworkCountAsOne(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		for _, host := range []string{"::1", "::2", ":1:2:3:4", ":ffff::1", "::3"} {
			s.guess(t, "2001:db8:0:1"+host, "ada@example.org", secret).refused(t, wrong)
		}
		s.guess(t, "2001:db8:0:1::4", "ada@example.org", secret).refused(t, limited)
		s.guess(t, "2001:db8:0:2::1", "ada@example.org", secret).refused(t, wrong)
	}, throttled)
}

// Whoever is signed in somewhere gets in from there, whatever an attacker does from elsewhere.
func TestTheOwnerGetsInWhileTheAttackRuns(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.joinFrom(t, home, "ada@example.org")
		s.joinFrom(t, "2001:db8:7::1", "grace@example.org")
		for i := range 40 {
			s.guess(t, address(i), "ada@example.org", "not the password")
			s.guess(t, address(i), "grace@example.org", "not the password")
		}
		s.guess(t, "203.0.113.99", "ada@example.org", secret).refused(t, limited)
		s.guess(t, home, "ada@example.org", secret).ok(t)
		s.guess(t, home, "ADA@example.org", secret).ok(t)
		s.guess(t, "2001:db8:7::abcd", "grace@example.org", secret).ok(t)
		s.guess(t, home, "grace@example.org", secret).refused(t, limited) // it is ada's

		// The owner's address has a bucket of its own, and no more than that.
		for range 5 {
			s.guess(t, home, "ada@example.org", "not the password").refused(t, wrong)
		}
		s.guess(t, home, "ada@example.org", secret).refused(t, limited)
		s.clock.Advance(time.Second)
		s.guess(t, home, "ada@example.org", secret).ok(t)

		// An address where nobody is signed in any more is one like others, while the attack goes on.
		s.guess(t, attacker, "ada@example.org", "not the password").refused(t, wrong)
		s.from(t, home, ada.token, logout, vars{"scope": "ALL"}).ok(t)
		a := s.guess(t, home, "ada@example.org", secret)
		if !a.isLimited() {
			t.Errorf("after the logout: %s", a.body)
		}
	}, throttled)
}

// A day of guesses, each as soon as it may be made.
func TestOneAddressNeverKeepsTheOwnerOut(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.joinFrom(t, home, "ada@example.org")
		guesses := 0
		for end := s.clock.Now().Add(24 * time.Hour); s.clock.Now().Before(end); {
			a := s.guess(t, attacker, "ada@example.org", "not the password")
			if !a.isLimited() {
				guesses++
				continue
			}
			s.guess(t, address(guesses), "ada@example.org", secret).ok(t) // from anywhere
			s.wait(t, a)
		}
		if guesses != 110 {
			t.Errorf("%d guesses", guesses)
		}
	}, throttled)
}

func TestOfManyGuessesAtOnceNoMoreAreMade(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.joinFrom(t, home, "ada@example.org")
		var made atomic.Int32
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if !s.guess(t, attacker, "ada@example.org", "not the password").isLimited() {
					made.Add(1)
				}
			})
		}
		all.Wait()
		if made.Load() != 5 {
			t.Errorf("%d guesses", made.Load())
		}
	}, throttled)
}

func TestARightPasswordCountsNowhere(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.joinFrom(t, home, "ada@example.org")
		for range 150 { // more than any limit
			s.guess(t, home, "ada@example.org", secret).ok(t)
		}
		for range 5 {
			s.guess(t, home, "ada@example.org", "not the password").refused(t, wrong)
		}
		s.guess(t, home, "ada@example.org", "not the password").refused(t, limited)
	}, throttled)
}

// It would tell that the password is right.
func TestTheRightPasswordOfADisabledAccountCounts(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.disable(t, s.joinFrom(t, home, "ada@example.org").id)
		for range 5 {
			s.guess(t, home, "ada@example.org", secret).refused(t, wrong)
		}
		s.guess(t, home, "ada@example.org", secret).refused(t, limited)
	}, throttled)
}

func TestWhatIsUnavailableDoesNotCount(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	s := start(t, gate.URL, throttled)
	s.joinFrom(t, home, "ada@example.org")
	gate.Close()
	for range 10 {
		s.guess(t, home, "ada@example.org", secret).refused(t, unavailable)
	}
	gate.Open()
	s.awaitReady(t)
	s.guess(t, home, "ada@example.org", secret).ok(t)
}

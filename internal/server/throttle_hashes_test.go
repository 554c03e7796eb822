package server_test

import "testing"

// Sessions cost nothing but log-ins with the own password: three accounts with a hundred each would keep the queue full from one
// address, so that nobody else logs in.
func TestWrongCurrentPasswordsOfAnAddressCountWithItsFailedLogIns(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.joinFrom(t, attacker, "eve@example.org")
		confirm := func(address, token, password string) *answer {
			return s.from(t, address, token, remove, input(vars{"currentPassword": password}))
		}
		session := ""
		for i := range 100 {
			if i%5 == 0 {
				session = s.guess(t, attacker, "eve@example.org", secret).ok(t).at(t, "login.accessToken")
			}
			confirm(attacker, session, "guess").refused(t, wrong)
		}
		session = s.guess(t, home, "eve@example.org", secret).ok(t).at(t, "login.accessToken")
		confirm(attacker, session, "guess").refused(t, limited)
		s.guess(t, attacker, "eve@example.org", secret).refused(t, limited)
		confirm(home, session, secret).ok(t)
	}, throttled)
}

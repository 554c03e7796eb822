package server_test

import (
	"sync"
	"testing"
	"time"
)

func TestHundredAndFirstLogInEndsTheOldestSession(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		s.clock.Advance(time.Second)
		second := s.ask(t, "", login, credentials("ada@example.org")).ok(t)
		s.addSessions(t, ada.id, 97, s.clock.Now().Add(time.Hour))

		hundredth := s.login(t, "ada@example.org", secret)
		s.ask(t, ada.token, me, nil).ok(t)
		s.clock.Advance(time.Second)
		last := s.login(t, "ada@example.org", secret)
		s.ask(t, ada.token, me, nil).refused(t, revoked)
		s.refresh(t, ada.refresh).refused(t, invalidRefresh)
		for _, accessToken := range []string{second.at(t, "login.accessToken"), hundredth, last, grace.token} {
			s.ask(t, accessToken, me, nil).ok(t)
		}
		s.refresh(t, second.at(t, "login.refreshToken")).ok(t)
		if got := len(s.sessions(t, last)); got != 100 {
			t.Errorf("%d sessions", got)
		}
	})
}

func TestExpiredSessionsDoNotCountAmongTheHundred(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.clock.Advance(time.Second)
		s.addSessions(t, ada.id, 60, s.clock.Now())
		s.addSessions(t, ada.id, 60, s.clock.Now().Add(30*time.Second))
		s.clock.Advance(time.Minute) // expired as well
		last := s.login(t, "ada@example.org", secret)
		s.ask(t, ada.token, me, nil).ok(t)
		if got := len(s.sessions(t, last)); got != 2 {
			t.Errorf("%d sessions", got)
		}
	})
}

func TestLogInsAtOnceDoNotPassTheHundred(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.addSessions(t, ada.id, 99, s.clock.Now().Add(time.Hour))
		tokens := make([]string, 6)
		var group sync.WaitGroup
		for i := range tokens {
			group.Go(func() { tokens[i] = s.login(t, "ada@example.org", secret) })
		}
		group.Wait()
		for _, accessToken := range tokens {
			s.ask(t, accessToken, me, nil).ok(t)
		}
		if got := len(s.sessions(t, tokens[0])); got != 100 {
			t.Errorf("%d sessions", got)
		}
	})
}

package server_test

import (
	"testing"
	"time"

	"latchkey/internal/auth"
	"latchkey/internal/config"
	"latchkey/internal/testdb"
)

// restarted is the same server with another configuration, at the same time of the clock.
func (s *testServer) restarted(t testing.TB, change func(*config.Config)) *testServer {
	t.Helper()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	c := s.config
	change(&c)
	return startWith(t, c)
}

func TestSessionEndsWhenItIsNotRefreshed(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		s.clock.Advance(30*24*time.Hour - time.Millisecond)
		s.refresh(t, ada.refresh).ok(t)
		s.clock.Advance(time.Millisecond)
		s.refresh(t, grace.refresh).refused(t, invalidRefresh)
	})
}

func TestSessionEndsAfterNinetyDaysHoweverOftenItIsRefreshed(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		refreshToken := ada.refresh
		for range 3 {
			s.clock.Advance(29 * 24 * time.Hour)
			refreshToken = s.refresh(t, refreshToken).ok(t).at(t, "refreshToken.refreshToken")
		}
		s.clock.Advance(3*24*time.Hour - 5*time.Minute)
		a := s.refresh(t, refreshToken).ok(t)
		// An access token does not outlive its session.
		if got := a.at(t, "refreshToken.expiresIn"); got != "300" {
			t.Errorf("expiresIn is %s", got)
		}
		if got := only(t, a.Data["refreshToken"].(map[string]any)["user"])["expiresAt"]; got != "2027-02-20T09:30:00.000Z" {
			t.Errorf("expiresAt is %s", got)
		}
		s.clock.Advance(5 * time.Minute)
		s.refresh(t, a.at(t, "refreshToken.refreshToken")).refused(t, invalidRefresh)
		s.clock.Advance(30 * time.Second)
		s.ask(t, a.at(t, "refreshToken.accessToken"), me, nil).refused(t, "UNAUTHENTICATED reason=EXPIRED")
	})
}

// A token of 12 hours was issued before the operator made everything shorter.
func TestLogoutTakesBackATokenThatOutlivesItsSession(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s = s.restarted(t, func(c *config.Config) { c.AccessTTL, c.RefreshTTL = 15*time.Minute, time.Hour })
		s.refresh(t, ada.refresh).ok(t)
		s.clock.Advance(time.Hour + 6*time.Minute)
		s.ask(t, ada.token, me, nil).ok(t)
		s.ask(t, ada.token, logout, vars{"scope": "CURRENT"}).ok(t)
		s.ask(t, ada.token, me, nil).refused(t, revoked)
	}, func(c *config.Config) { c.AccessTTL = 12 * time.Hour })
}

func TestSessionOlderThanAShorterLimitCanNotBeRefreshed(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s = s.restarted(t, func(c *config.Config) { c.RefreshTTL, c.SessionTTL = time.Hour, 24*time.Hour })
		s.clock.Advance(25 * time.Hour)
		s.refresh(t, ada.refresh).refused(t, invalidRefresh)
	})
}

// As during a rolling change of LATCHKEY_ACCESS_TTL. What one server issues in the grace must not outlive the block of another.
func TestGraceIssuesNothingThatOutlivesABlock(t *testing.T) {
	t.Parallel()
	url := testdb.MariaDB(t)
	short := start(t, url)
	long := start(t, url, func(c *config.Config) { c.KeysDir, c.AccessTTL = short.config.KeysDir, 24*time.Hour })
	ada := short.join(t, "ada@example.org")
	short.refresh(t, ada.refresh).ok(t)
	issued := long.refresh(t, ada.refresh).ok(t).at(t, "refreshToken.accessToken")
	short.ask(t, issued, logout, vars{"scope": "CURRENT"}).ok(t)
	short.ask(t, issued, me, nil).refused(t, revoked)
	for _, s := range []*testServer{short, long} {
		s.clock.Advance(25 * time.Minute)
	}
	rules := auth.New(auth.Config{DB: testdb.Open(t, url), Now: short.clock.Now})
	if removed, _, err := rules.RemoveExpired(t.Context()); err != nil || removed == 0 {
		t.Fatalf("removed %d blocks, %v", removed, err)
	}
	for _, s := range []*testServer{short, long} {
		s.ask(t, issued, me, nil).refused(t, "UNAUTHENTICATED reason=EXPIRED")
	}
}

// UNAVAILABLE says that nothing was changed. So a logout must not need the database any more once it is committed.
func TestLogoutNeedsNothingAfterItsCommit(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	s := start(t, gate.URL)
	s.join(t, "ada@example.org")
	session := s.openInCookie(t, "ada@example.org")
	cut := make(chan struct{})
	gate.CallAt("COMMIT", func() {
		go func() { gate.CutAt("SELECT"); close(cut) }()
	})
	s.askWith(t, page(issuer, session.refresh, session.token), logout, vars{"scope": "CURRENT"}).ok(t).cleared(t)
	<-cut
	gate.CutAt("")
	s.ask(t, session.token, me, nil).refused(t, revoked)
}

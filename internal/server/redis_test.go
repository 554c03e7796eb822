package server_test

import (
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"latchkey/internal/config"
	"latchkey/internal/server"
	"latchkey/internal/testdb"
)

// withRedis runs a story twice, each time with a server, a database and a Redis of its own.
func withRedis(t *testing.T, story func(t *testing.T, s *testServer, r *testdb.Redis)) {
	t.Helper()
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			r := testdb.NewRedis(t)
			story(t, start(t, kind.URL(t), func(c *config.Config) { c.RedisURL = r.URL }), r)
		})
	}
}

func TestALogoutIsInTheCopyForOtherServices(t *testing.T) {
	withRedis(t, func(t *testing.T, s *testServer, r *testdb.Redis) {
		ada := s.join(t, "ada@example.org")
		key := "latchkey:blocked:" + s.sessionOf(t, ada.token)
		if r.Do("EXISTS", key) != "0" {
			t.Error("it is blocked before the logout")
		}
		s.ask(t, ada.token, logout, vars{"scope": "CURRENT"}).ok(t)
		eventually(t, func() bool { return r.Do("GET", key) == "1" })
		const want = 21 * time.Minute // as long as the row
		left, err := strconv.Atoi(r.Do("PTTL", key))
		if ttl := time.Duration(left) * time.Millisecond; err != nil || ttl > want || ttl < want-time.Minute {
			t.Errorf("%v left, want %v", ttl, want)
		}
	})
}

// A limit on how long a request waited would depend on the machine. So the requests come while nothing can answer at all.
func TestFrozenRedisChangesNoAnswer(t *testing.T) {
	withRedis(t, func(t *testing.T, s *testServer, r *testdb.Redis) {
		ada := s.join(t, "ada@example.org")
		ended := s.login(t, "ada@example.org", secret)
		s.ask(t, ended, logout, vars{"scope": "CURRENT"}).ok(t)
		eventually(t, func() bool { return strings.Contains(s.log.String(), "is complete") })
		session := s.sessionOf(t, ada.token)

		r.Freeze()
		story := func(note string) {
			s.ask(t, ada.token, me, nil).ok(t)
			s.ask(t, ended, me, nil).refused(t, revoked)
			other := s.login(t, "ada@example.org", secret)
			s.ask(t, other, me, nil).ok(t)
			s.ask(t, other, logout, vars{"scope": "CURRENT"}).ok(t)
			s.ask(t, other, me, nil).refused(t, revoked)
			if t.Failed() {
				t.Fatal(note)
			}
		}
		story("at once")
		eventually(t, func() bool { return strings.Contains(s.log.String(), "can't copy the blocked ids") })
		story("when that is known")
		s.ask(t, ada.token, logout, vars{"scope": "CURRENT"}).ok(t)
		s.ask(t, ada.token, me, nil).refused(t, revoked)
		s.expect(t, "/readyz", 200, "ready\n")

		r.Thaw()
		eventually(t, func() bool { return r.Do("EXISTS", "latchkey:blocked:"+session) == "1" })
		s.expectNoPassword(t)
	})
}

func TestServerStartsAndStopsWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			r := testdb.NewRedis(t)
			r.Kill()
			s := start(t, kind.URL(t), func(c *config.Config) { c.RedisURL = r.URL })
			ada := s.join(t, "ada@example.org")
			session := s.sessionOf(t, ada.token)
			s.ask(t, ada.token, logout, vars{"scope": "CURRENT"}).ok(t)
			s.ask(t, ada.token, me, nil).refused(t, revoked)
			eventually(t, func() bool { return strings.Contains(s.log.String(), "can't copy the blocked ids") })
			r.Start()
			eventually(t, func() bool { return r.Do("EXISTS", "latchkey:blocked:"+session) == "1" })
			if n := strings.Count(s.log.String(), "can't copy"); n != 1 {
				t.Errorf("said %d times:\n%s", n, s.log)
			}
			r.Kill()
			s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).ok(t)
			if err := s.stop(); err != nil {
				t.Error(err)
			}
			s.expectNoPassword(t)
		})
	}
}

func TestServerDoesNotStartWithARedisURLThatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	c := defaults(t, testdb.SQLite(t))
	c.RedisURL = "redis://:" + marker + "@localhost:6379/" + marker
	err := server.Run(t.Context(), c, server.Host{Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err == nil || !strings.Contains(err.Error(), "LATCHKEY_REDIS_URL") || strings.Contains(err.Error(), marker) {
		t.Errorf("error %v", err)
	}
}

func TestExpiredRowsAreRemovedInTheBackground(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
		now := s.clock.Now()
		testdb.FillBlocked(t, s.config.DatabaseURL, 1200, now.Add(-time.Hour), now.Add(-time.Minute))
		live := testdb.FillBlocked(t, s.config.DatabaseURL, 3, now, now.Add(time.Minute))
		again := startWith(t, s.config)
		db := testdb.Open(t, again.config.DatabaseURL)
		eventually(t, func() bool { return db.Read.BlockedToken.Query().CountX(t.Context()) == len(live) })
	})
}

// expectNoPassword holds that Redis's password is not in the log.
func (s *testServer) expectNoPassword(t testing.TB) {
	t.Helper()
	if strings.Contains(s.log.String(), testdb.RedisPassword) {
		t.Errorf("the password is in the log:\n%s", s.log)
	}
}

// eventually waits for something that the server does in the background, within a second or two as a rule.
func eventually(t testing.TB, happened func() bool) {
	t.Helper()
	over := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !happened() {
		select {
		case <-tick.C:
		case <-over:
			t.Fatal("not within a minute")
		}
	}
}

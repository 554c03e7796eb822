package main

import (
	"net/http"
	"strings"
	"testing"
)

func asking(c *config) { c.revocation = "ask" }

func lookingInto(r *redisServer) func(*config) {
	return func(c *config) { c.revocation, c.redis = "redis", r.url }
}

const (
	logOut       = `mutation { logout { endedSessionIds } }`
	createCoffee = `mutation { createWorkItem(input: {title: "coffee"}) { workItem { id } } }`
)

// assertNotExecuted checks that an operation was refused as a whole, by GraphQL.
func assertNotExecuted(t testing.TB, got answer, code string) {
	t.Helper()
	if got.status != http.StatusOK || got.code() != code || got.Data != nil {
		t.Errorf("%d %s, want %s", got.status, got.text, code)
	}
}

func TestARevokedTokenIsAcceptedByWhoDoesNotAsk(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	s := startService(t, l)
	ada := l.signUp(t, "ada")
	l.do(t, ada, logOut)
	assertRefused(t, s.do(t, ada, createTea), "")
}

// waysToTakeBack end an access token, each with an operation of its own account.
var waysToTakeBack = map[string]func(t testing.TB, l *latchkey, token string){
	"logout": func(t testing.TB, l *latchkey, token string) { l.do(t, token, logOut) },
	"logout of everything": func(t testing.TB, l *latchkey, token string) {
		l.do(t, token, `mutation { logout(scope: ALL) { endedSessionIds } }`)
	},
	"the token alone": func(t testing.TB, l *latchkey, token string) {
		l.do(t, "", `mutation { revokeToken(token: "`+token+`") { revoked } }`)
	},
	"a new password": func(t testing.TB, l *latchkey, token string) {
		l.do(t, token, `mutation { updateUser(input: {currentPassword: "correct horse", newPassword: "battery staple"}) { user { id } } }`)
	},
	"the account deleted": func(t testing.TB, l *latchkey, token string) {
		l.do(t, token, `mutation { deleteUser(input: {currentPassword: "correct horse"}) { deletedUserId } }`)
	},
}

func TestARevokedTokenIsRefusedAtOnceByWhoAsksLatchkey(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	s := startService(t, l, asking)
	for name, takeBack := range waysToTakeBack {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := l.signUp(t, strings.ReplaceAll(name, " ", ""))
			assertRefused(t, s.do(t, token, createTea), "")
			takeBack(t, l, token)
			assertNotExecuted(t, s.do(t, token, createCoffee), "UNAUTHENTICATED REVOKED")
			assertNotExecuted(t, s.do(t, token, `mutation { a: createWorkItem(input: {title: "a"}) { workItem { id } } deleteWorkItem(id: "b") { deletedWorkItemId } }`),
				"UNAUTHENTICATED REVOKED")
			if got := s.titles(t, token); got != "tea" { // reading is not worth the wait here
				t.Errorf("there are %q", got)
			}
		})
	}
}

// The copy is up to two seconds behind.
func TestARevokedTokenIsRefusedSoonByWhoLooksIntoRedis(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	l := startLatchkey(t, "LATCHKEY_REDIS_URL="+r.url)
	s := startService(t, l, lookingInto(r))
	first := l.signUp(t, "first")
	await(t, "Latchkey to copy", func() bool { return s.do(t, first, createTea).code() == "" })
	for name, takeBack := range waysToTakeBack {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := l.signUp(t, strings.ReplaceAll(name, " ", ""))
			takeBack(t, l, token)
			await(t, "the end of the token", func() bool { return s.do(t, token, createTea).code() != "" })
			assertNotExecuted(t, s.do(t, token, createCoffee), "UNAUTHENTICATED REVOKED")
		})
	}
}

func TestWhenLatchkeyCanNotBeAskedMutationsAreUnavailable(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	ada := l.signUp(t, "ada")
	for name, how := range waysOfBeingAway {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := startAway(t, l)
			s := startService(t, a.latchkey, asking)
			a.take(how)
			assertNotExecuted(t, s.do(t, ada, createTea), "UNAVAILABLE")
			if got := s.titles(t, ada); got != "" {
				t.Errorf("there are %q", got)
			}
			a.giveBack()
			assertRefused(t, s.do(t, ada, `mutation { deleteWorkItem(id: "`+s.create(t, ada, "tea")+`") { deletedWorkItemId } }`), "")
		})
	}
	t.Run("it was killed", func(t *testing.T) {
		l := startLatchkey(t)
		bob := l.signUp(t, "bob")
		s := startService(t, l, asking)
		l.kill()
		assertNotExecuted(t, s.do(t, bob, createTea), "UNAVAILABLE")
		if got := s.titles(t, bob); got != "" {
			t.Errorf("there are %q", got)
		}
	})
}

func TestWhenRedisCanNotBeAskedMutationsAreUnavailable(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	l := startLatchkey(t, "LATCHKEY_REDIS_URL="+r.url)
	s := startService(t, l, lookingInto(r))
	ada, bob := l.signUp(t, "ada"), l.signUp(t, "bob")
	works := func() bool { return s.do(t, ada, createTea).code() == "" }
	await(t, "Latchkey to copy", works)
	l.do(t, bob, logOut)

	r.freeze()
	assertNotExecuted(t, s.do(t, ada, createTea), "UNAVAILABLE")
	r.thaw()
	await(t, "Redis to answer", works)

	r.kill()
	assertNotExecuted(t, s.do(t, ada, createTea), "UNAVAILABLE")
	assertRefused(t, s.do(t, ada, `{ workItems { nodes { id } } }`), "")
	if !r.start(t) {
		t.Fatal("Redis does not start again")
	}
	await(t, "a new copy", works)
	await(t, "a full copy", func() bool { return s.do(t, bob, createTea).code() == "UNAUTHENTICATED REVOKED" })
}

// An empty Redis blocks nobody, so its word is not taken: it may have been emptied, or be another one.
func TestARedisThatLatchkeyDoesNotCopyToIsNotBelieved(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	l := startLatchkey(t, "LATCHKEY_REDIS_URL="+r.url)
	ada := l.signUp(t, "ada")
	s := startService(t, l, lookingInto(r))
	await(t, "Latchkey to copy", func() bool { return s.do(t, ada, createTea).code() == "" })
	l.kill()
	assertRefused(t, s.do(t, ada, createTea), "") // it has copied all there was
	if err := r.client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	assertNotExecuted(t, s.do(t, ada, createTea), "UNAVAILABLE")
}

// What each way costs a mutation, in one run.
func BenchmarkMutation(b *testing.B) {
	r := startRedis(b)
	l := startLatchkey(b, "LATCHKEY_REDIS_URL="+r.url)
	ada := l.signUp(b, "ada")
	for name, change := range map[string]func(*config){
		"off": func(*config) {}, "ask": asking, "redis": lookingInto(r),
	} {
		b.Run(name, func(b *testing.B) {
			s := startService(b, l, change)
			await(b, "Latchkey to copy", func() bool { return s.do(b, ada, createTea).code() == "" })
			for b.Loop() {
				s.must(b, ada, createTea)
			}
		})
	}
}

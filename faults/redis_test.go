//go:build faults

package faults_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"latchkey/internal/testdb"
)

// unnoticed is how long an operation may take while Redis is away. It is far less than any limit on an answer of Redis's that a request
// could wait for again and again.
const unnoticed = time.Second

// awayFor is long enough for everything to find out.
const awayFor = 3 * time.Second

func TestNobodyNoticesThatRedisIsAway(t *testing.T) {
	redis := testdb.NewRedis(t)
	here := newPlace(t, "sqlite:"+filepath.Join(t.TempDir(), "latchkey.db"), "LATCHKEY_REDIS_URL="+redis.URL)
	here.env = slices.DeleteFunc(here.env, func(v string) bool { return v == "LATCHKEY_RATE_LIMIT=off" }) // its counters are in Redis
	server := here.serve(t)
	l := newLoad(t, server.client, 3)
	l.calm = true
	for _, fault := range []struct {
		name     string
		away, up func()
	}{
		{"there", func() {}, func() {}},
		{"killed", redis.Kill, redis.Start},
		{"frozen", redis.Freeze, redis.Thaw},
	} {
		t.Run(fault.name, func(t *testing.T) {
			l.t = t
			start := time.Now()
			l.run()
			time.Sleep(500 * time.Millisecond)
			fault.away()
			time.Sleep(awayFor)
			if !server.ready() {
				t.Error("not ready")
			}
			fault.up()
			time.Sleep(time.Second)
			l.end()
			slowest, n := map[string]time.Duration{}, 0
			for _, e := range l.since(start, time.Now()) {
				n++
				waited := e.end.Sub(e.start)
				slowest[e.kind] = max(slowest[e.kind], waited)
				if !e.ok() || waited > unnoticed {
					t.Errorf("%s was answered after %v: %s %v", e.kind, waited, e.body, e.lost)
				}
			}
			t.Logf("%d operations, the slowest of each: %v", n, slowest)
			if len(slowest) != 4 {
				t.Error("too little load")
			}
		})
	}
	// What other services have of it is complete again by itself.
	user := l.users[0]
	ended := session(user.access)
	if a := server.ask(user.access, logOut, nil); !a.ok() {
		t.Fatal(a.body, a.lost)
	}
	for range 600 {
		if redis.Do("EXISTS", "latchkey:blocked:"+ended) == "1" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the copy of the blocked ids does not come back")
}

package throttle_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testdb"
	"latchkey/internal/testhost"
	"latchkey/internal/throttle"
)

func TestServersOnOneRedisShareOneLimit(t *testing.T) {
	t.Parallel()
	r, clock := testdb.NewRedis(t), testhost.NewClock(noon)
	one, other := newFixture(t, r.URL, clock), newFixture(t, r.URL, clock)
	b := throttle.Bucket{Limit: five, Key: "a"}
	one.exhaust(t, b)
	if wait := other.take(t, b); wait != time.Second {
		t.Errorf("at the other server a try waits %v", wait)
	}
}

// Redis away: each server counts for itself, and never lets all pass.
func TestThereIsALimitWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct{ away, back func(*testdb.Redis) }{
		"killed": {(*testdb.Redis).Kill, (*testdb.Redis).Start},
		"frozen": {(*testdb.Redis).Freeze, (*testdb.Redis).Thaw},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := testdb.NewRedis(t)
			f := newFixture(t, r.URL, testhost.NewClock(noon))
			b := throttle.Bucket{Limit: five, Key: "a"}
			f.exhaust(t, b)
			fault.away(r)
			made := f.exhaust(t, b) // in memory, which knows nothing of the others
			if f.take(t, b) == 0 {
				t.Error("there is no limit")
			}
			made[0].GiveBack(t.Context())
			if wait := f.take(t, b); wait != 0 {
				t.Errorf("what was given back has to wait %v", wait)
			}
			fault.back(r)
			f.clock.Advance(2 * time.Hour)
			for over := time.After(time.Minute); f.log.Count("counted in Redis again") == 0; { // which is found out beside the tries
				f.take(t, throttle.Bucket{Limit: five, Key: "other"})
				f.clock.Advance(time.Second)
				select {
				case <-over:
					t.Fatalf("not within a minute: %s", f.log)
				case <-time.After(time.Millisecond):
				}
			}
			f.exhaust(t, b)
			if f.log.Count("level=WARN") != 1 || f.log.Count("counted in Redis again") != 1 {
				t.Errorf("the log says:\n%s", f.log)
			}
			if r.Do("EXISTS", "latchkey:throttle:five:a") != "1" {
				t.Error("it is not in Redis again")
			}
		})
	}
}

func TestBucketsLeaveRedisWhenNothingIsLeftOfThem(t *testing.T) {
	t.Parallel()
	r := testdb.NewRedis(t)
	f := newFixture(t, r.URL, testhost.NewClock(noon))
	f.take(t, throttle.Bucket{Limit: five, Key: "a"})
	ttl, err := time.ParseDuration(r.Do("PTTL", "latchkey:throttle:five:a") + "ms")
	if err != nil || ttl < 14*time.Minute || ttl > 15*time.Minute {
		t.Errorf("it is kept for %v: %v", ttl, err)
	}
}

// With no more rights than docs/operations.md says.
func TestAUserOfItsOwnNeedsFewRights(t *testing.T) {
	t.Parallel()
	r := testdb.NewRedis(t)
	r.Do("ACL", "SETUSER", "latchkey", "on", ">other", "~latchkey:*", "-@all",
		"+info", "+get", "+set", "+expire", "+select", "+hello", "+eval", "+evalsha", "+hget", "+hmget", "+hset", "+pexpire")
	f := newFixture(t, strings.Replace(r.URL, ":"+testdb.RedisPassword, "latchkey:other", 1)+"/1", testhost.NewClock(noon))
	b := throttle.Bucket{Limit: five, Key: "a"}
	f.exhaust(t, b)[0].GiveBack(t.Context())
	if f.log.String() != "" {
		t.Error(f.log)
	}
}

func TestAURLThatIsNotUnderstoodIsNotRepeated(t *testing.T) {
	t.Parallel()
	_, err := throttle.New(throttle.Config{URL: "redis://:hunter2-REDIS@localhost:6379/hunter2-REDIS"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}

// Else whoever leaves at the right moment would empty a bucket in Redis by tries that only memory has counted.
func TestATryIsGivenBackWhereItWasCounted(t *testing.T) {
	t.Parallel()
	r := testdb.NewRedis(t)
	f := newFixture(t, r.URL, testhost.NewClock(noon))
	b := throttle.Bucket{Limit: five, Key: "a"}
	f.exhaust(t, b)
	gone, leave := context.WithCancel(t.Context())
	leave()
	for range 5 {
		if made, refused := f.Take(gone, b); refused == nil {
			made.GiveBack(gone)
		}
	}
	if f.take(t, b) == 0 {
		t.Error("tries of who is gone have made room for another one")
	}
}

package blocklist_test

import (
	"strings"
	"testing"
	"time"

	"latchkey/internal/testdb"
)

// many is more than one batch, all blocked in one moment.
const many = 5_000

func TestCopyIsCompleteAgainAfterRedisWasKilled(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		ids := blockLongAgo(t, url, many)
		one := run(t, url, r.URL)
		one.completes(t, 1) // and knows it: what is lost before that is a copy that was never made
		expect(t, r, ids...)
		r.Kill()
		ids = append(ids, block(t, url, 10, time.Hour)...)
		eventually(t, back, func() bool { return one.log.Count(warning) == 1 })
		r.Start()
		expect(t, r, ids...)
		one.completes(t, 2)
		one.expectSaid(t, 1, 2)
	})
}

func TestCopyIsCompleteAgainAfterRedisWasEmptied(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		ids := blockLongAgo(t, url, many)
		one := run(t, url, r.URL)
		one.completes(t, 1) // and knows it: what is lost before that is a copy that was never made
		expect(t, r, ids...)
		r.Do("FLUSHALL")
		expect(t, r, ids...)
		one.completes(t, 2)
		one.expectSaid(t, 0, 2)
	})
}

func TestCopyIsCompleteThoughRedisIsEmptiedWhileItIsMade(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		ids := blockLongAgo(t, url, many)
		gate := testdb.NewGate(t, r.URL)
		gate.Open()
		emptied := make(chan struct{})
		gate.CallAt("latchkey:blocked:", func() { // with the first of them
			r.Do("FLUSHALL")
			close(emptied)
		})
		run(t, url, gate.URL)
		<-emptied
		expect(t, r, ids...)
	})
}

func TestCopyIsCompleteAgainAfterRedisWasFrozen(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		one := run(t, url, r.URL)
		one.completes(t, 1)
		ids := block(t, url, 10, time.Hour)
		expect(t, r, ids...)
		r.Freeze()
		ids = append(ids, block(t, url, many, time.Hour)...)
		eventually(t, back, func() bool { return one.log.Count(warning) == 1 })
		one.seconds.Add(300) // however long it takes
		r.Thaw()
		expect(t, r, ids...)
		one.completes(t, 2)
		one.expectSaid(t, 1, 2)
	})
}

// The snapshot has the mark of the copy that it is a part of.
func TestCopyIsCompleteAgainAfterRedisCameBackWithAnOldSnapshot(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		ids := blockLongAgo(t, url, 10)
		one := run(t, url, r.URL)
		one.completes(t, 1) // and knows it: what is lost before that is a copy that was never made
		expect(t, r, ids...)
		r.Do("SAVE")
		lost := block(t, url, 10, time.Hour)
		expect(t, r, lost...)
		one.seconds.Add(300) // and then that was long ago too
		looks(t, r, 2)
		r.Kill()
		r.Start()
		expect(t, r, append(ids, lost...)...)
	})
}

func TestRedisMayBeAwayAtFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		r.Kill()
		ids := block(t, url, 10, time.Hour)
		one := run(t, url, r.URL)
		eventually(t, back, func() bool { return one.log.Count(warning) == 1 })
		r.Start()
		expect(t, r, ids...)
		one.completes(t, 1)
		one.expectSaid(t, 1, 1)
	})
}

func TestItEndsSoonWhileRedisIsFrozen(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		one := run(t, url, r.URL)
		one.completes(t, 1)
		r.Freeze()
		started := time.Now()
		one.end()
		if took := time.Since(started); took > back {
			t.Errorf("took %v", took)
		}
	})
}

func TestAWrongPasswordIsToldOnceAndNotRepeated(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		one := run(t, url, strings.Replace(r.URL, testdb.RedisPassword, "another-"+testdb.RedisPassword, 1))
		eventually(t, back, func() bool { return one.log.Count("WRONGPASS") == 1 })
		r.Do("CONFIG", "SET", "requirepass", "another-"+testdb.RedisPassword)
		one.completes(t, 1)
		one.expectSaid(t, 1, 1)
	})
}

// expectSaid holds how often it has warned and said that the copy is complete, and that it has not told the password.
func (r *running) expectSaid(t testing.TB, warnings, completions int) {
	t.Helper()
	if r.log.Count(warning) != warnings || r.log.Count(complete) != completions || r.log.Count("\n") != warnings+completions {
		t.Errorf("want %d warnings and %d times that it is complete:\n%s", warnings, completions, r.log)
	}
	if r.log.Count("hunter2") > 0 {
		t.Errorf("the password is in the log:\n%s", r.log)
	}
}

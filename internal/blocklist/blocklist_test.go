package blocklist_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"latchkey/internal/blocklist"
	"latchkey/internal/testdb"
)

func TestBlockedIDsAreCopiedUntilTheyExpire(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		before := block(t, url, 3, 20*time.Minute)
		expired := block(t, url, 1, 0)
		run(t, url, r.URL)
		expect(t, r, before...)
		// Blocked by someone else, some of them by a server whose clock is 30 s behind, in a transaction of 10 s.
		after := block(t, url, 3, 20*time.Minute)
		late := testdb.FillBlocked(t, url, 3, noon.Add(-40*time.Second), noon.Add(90*time.Millisecond+time.Hour))
		expect(t, r, append(after, late...)...)
		for _, c := range []struct {
			key string
			ttl time.Duration
		}{
			{before[1].String(), 20 * time.Minute},
			{after[1].String(), 20 * time.Minute},
			{late[1].String(), time.Hour + 90*time.Millisecond},
		} {
			key := "latchkey:blocked:" + c.key
			left, err := strconv.Atoi(r.Do("PTTL", key))
			if ttl := time.Duration(left) * time.Millisecond; err != nil || ttl > c.ttl || ttl < c.ttl-time.Minute {
				t.Errorf("%v left, want %v", ttl, c.ttl)
			}
			if value := r.Do("GET", key); value != "1" {
				t.Errorf("the value is %q", value)
			}
		}
		if r.Do("EXISTS", "latchkey:blocked:"+expired[0].String()) != "0" {
			t.Error("an expired one is there")
		}
	})
}

func TestNothingIsWrittenTwiceWhileNothingHappens(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		run(t, url, r.URL)
		eventually(t, back, func() bool { return r.Do("DBSIZE") == "1" }) // the mark: an empty copy is complete
		expect(t, r, block(t, url, 10, time.Hour)...)
		written := calls(t, r, "set")
		looks(t, r, 3)
		if now := calls(t, r, "set"); now != written {
			t.Errorf("%d writes in three looks at a table that did not change", now-written)
		}
	})
}

func TestServersOnOneRedisCompleteEachOthersCopy(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		ids := blockLongAgo(t, url, 10)
		first, second := run(t, url, r.URL), run(t, url, r.URL)
		expect(t, r, ids...)
		for _, one := range []*running{first, second} {
			one.completes(t, 1)
		}
		r.Do("FLUSHALL")
		expect(t, r, ids...)
		for _, one := range []*running{first, second} { // neither takes the other's mark for its own
			one.completes(t, 2)
		}
		first.end()
		expect(t, r, block(t, url, 10, time.Hour)...)
		if n := second.log.Count(complete); n != 2 {
			t.Errorf("copied in full %d times:\n%s", n, second.log)
		}
	})
}

// The next look would come too late: nobody serves by then.
func TestWhatIsBlockedJustBeforeTheEndIsCopied(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		one := run(t, url, r.URL)
		one.completes(t, 1)
		ids := block(t, url, 10, time.Hour)
		one.end()
		for _, id := range ids {
			if r.Do("EXISTS", "latchkey:blocked:"+id.String()) != "1" {
				t.Errorf("%s is missing", id)
			}
		}
		if n := one.log.Count("level=WARN"); n != 0 {
			t.Errorf("an orderly end is told as a failure: %s", one.log)
		}
	})
}

// With no more rights than docs/operations.md says, and in another database than the first.
func TestAUserOfItsOwnNeedsFewRights(t *testing.T) {
	onBoth(t, func(t *testing.T, url string, r *testdb.Redis) {
		r.Do("ACL", "SETUSER", "latchkey", "on", ">other", "~latchkey:*", "-@all", "+info", "+get", "+set", "+expire", "+select", "+hello")
		ids := blockLongAgo(t, url, 10)
		one := run(t, url, strings.Replace(r.URL, ":"+testdb.RedisPassword, "latchkey:other", 1)+"/1")
		one.completes(t, 1)
		r.Do("SWAPDB", "0", "1")
		expect(t, r, ids...)
	})
}

func TestAURLThatIsNotUnderstoodIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"redis://:hunter2-REDIS@localhost:6379/hunter2-REDIS",
		"http://hunter2-REDIS@localhost",
		"redis://:hunter2-REDIS@local host",
		"hunter2-REDIS",
	} {
		_, err := blocklist.New(blocklist.Config{URL: url})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: error %v", url, err)
		}
	}
}

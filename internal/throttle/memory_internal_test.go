package throttle

import (
	"strconv"
	"testing"
	"time"
)

// What an attacker would have to do to push a bucket out of the memory is to fill others further.
func TestMemoryIsBoundedAndKeepsTheFullestBuckets(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.most = 100
	limit := &Limit{Name: "x", Free: 5, Forgive: 15 * time.Minute}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	take := func(key string) int {
		bucket, _ := m.take(now, []Bucket{{limit, key}})
		return bucket
	}
	for range limit.Free {
		take("victim")
	}
	for i := range 1000 {
		now = now.Add(100 * time.Microsecond)
		take("filler " + strconv.Itoa(i))
	}
	if len(m.entries) != m.most || len(m.queue) != m.most {
		t.Errorf("there are %d buckets, %d in the queue", len(m.entries), len(m.queue))
	}
	if take("victim") != 0 {
		t.Error("the victim's bucket is gone")
	}
	now = now.Add(24 * time.Hour)
	take("another day")
	if len(m.entries) != 1 {
		t.Errorf("%d buckets are still there when nothing of them is left", len(m.entries))
	}
}

func TestANetworkIsAnIPv4AddressOrTheFirstHalfOfAnIPv6Address(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.7":            "203.0.113.7",
		"::ffff:203.0.113.7":     "203.0.113.7",
		"2001:db8:1:2:3:4:5:6":   "2001:db8:1:2::/64",
		"2001:db8:1:2::1":        "2001:db8:1:2::/64",
		"2001:db8::1":            "2001:db8::/64",
		"fe80::1%eth0":           "fe80::/64",
		"":                       "",
		"something that is none": "something that is none",
	} {
		if got := Network(address); got != want {
			t.Errorf("%q is %q, want %q", address, got, want)
		}
	}
}

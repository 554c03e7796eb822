package throttle_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/internal/testdb"
	"latchkey/internal/testhost"
	"latchkey/internal/testleak"
	"latchkey/internal/throttle"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// fixture is a throttle with a clock and a log.
type fixture struct {
	*throttle.Throttle
	clock *testhost.Clock
	log   *testhost.Log
}

func newFixture(t testing.TB, redisURL string, clock *testhost.Clock) *fixture {
	t.Helper()
	f := &fixture{clock: clock, log: &testhost.Log{}}
	made, err := throttle.New(throttle.Config{URL: redisURL, Now: clock.Now, Log: slog.New(slog.NewTextHandler(f.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	f.Throttle = made
	testleak.Log(t, f.log.String)
	t.Cleanup(func() { _ = made.Close() })
	return f
}

// onEach runs a story with buckets in memory, and with buckets in Redis.
func onEach(t *testing.T, story func(t *testing.T, f *fixture)) {
	t.Helper()
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		story(t, newFixture(t, "", testhost.NewClock(noon)))
	})
	t.Run("Redis", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, testdb.NewRedis(t).URL, testhost.NewClock(noon))
		story(t, f)
		if f.log.String() != "" {
			t.Errorf("Redis was not used: %s", f.log)
		}
	})
}

var five = &throttle.Limit{Name: "five", Free: 5, Forgive: 15 * time.Minute}

func (f *fixture) take(t testing.TB, buckets ...throttle.Bucket) time.Duration {
	t.Helper()
	if _, refused := f.Take(t.Context(), buckets...); refused != nil {
		return refused.Wait
	}
	return 0
}

// exhaust takes until the next try has to wait.
func (f *fixture) exhaust(t testing.TB, b throttle.Bucket) []*throttle.Try {
	t.Helper()
	made := make([]*throttle.Try, b.Limit.Free)
	for i := range made {
		var refused *throttle.Refused
		if made[i], refused = f.Take(t.Context(), b); refused != nil {
			t.Fatalf("refused for %v within the free tries", refused.Wait)
		}
	}
	return made
}

func TestTriesBeyondTheFreeOnesWaitTwiceAsLongEachTimeUpToFifteenMinutes(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		b := throttle.Bucket{Limit: five, Key: "a"}
		f.exhaust(t, b)
		var waits []int
		for range 14 {
			wait := f.take(t, b)
			waits = append(waits, int(wait/time.Second))
			f.clock.Advance(wait - time.Millisecond)
			if left := f.take(t, b); left != time.Millisecond {
				t.Fatalf("%v before its time a try has to wait %v", time.Millisecond, left)
			}
			f.clock.Advance(time.Millisecond)
			if again := f.take(t, b); again != 0 {
				t.Fatalf("after %v the try has to wait %v more", wait, again)
			}
		}
		if want := []int{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 900, 900, 900}; !slices.Equal(waits, want) {
			t.Errorf("waits %v, want %v", waits, want)
		}
	})
}

// The figures of docs/threat-model.md.
func TestGuessesThatAreMadeAsSoonAsTheyMay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		free         int
		forgive      time.Duration
		first, later int
	}{{5, 15 * time.Minute, 110, 96}, {20, 15 * time.Minute, 125, 96}, {100, time.Minute, 1545, 1440}} {
		f := newFixture(t, "", testhost.NewClock(noon))
		b := throttle.Bucket{Limit: &throttle.Limit{Name: "x", Free: c.free, Forgive: c.forgive}, Key: "a"}
		for day, want := range []int{c.first, c.later, c.later} {
			made := 0
			for end := noon.Add(time.Duration(day+1) * 24 * time.Hour); f.clock.Now().Before(end); {
				if wait := f.take(t, b); wait > 0 {
					f.clock.Advance(wait)
				} else {
					made++
				}
			}
			if made != want {
				t.Errorf("with %d free, day %d: %d guesses, want %d", c.free, day+1, made, want)
			}
		}
	}
}

func TestOfManyAtOnceNoMoreThanTheFreeTriesPass(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		var passed atomic.Int32
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if f.take(t, throttle.Bucket{Limit: five, Key: "a"}) == 0 {
					passed.Add(1)
				}
			})
		}
		all.Wait()
		if passed.Load() != 5 {
			t.Errorf("%d passed", passed.Load())
		}
	})
}

func TestARefusedTryCountsNowhere(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		full, other := throttle.Bucket{Limit: five, Key: "full"}, throttle.Bucket{Limit: five, Key: "other"}
		f.exhaust(t, full)
		for range 100 {
			if wait := f.take(t, other, full); wait != time.Second {
				t.Fatalf("waits %v", wait)
			}
		}
		f.exhaust(t, other)
	})
}

func TestWhatIsGivenBackIsFreeAgain(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		b := throttle.Bucket{Limit: five, Key: "a"}
		for range 100 {
			made := f.exhaust(t, b)
			if f.take(t, b) == 0 {
				t.Fatal("more than the free tries passed")
			}
			for _, try := range made {
				try.GiveBack(t.Context())
			}
		}
	})
}

// Else whoever logs in with the right password would keep out all others of the office for up to fifteen minutes.
func TestNobodyWaitsForATryThatWasGivenBack(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		b := throttle.Bucket{Limit: five, Key: "a"}
		f.exhaust(t, b)
		for range 12 {
			f.clock.Advance(f.take(t, b))
			f.take(t, b)
		}
		f.clock.Advance(throttle.MaxWait)
		for range 10 {
			try, refused := f.Take(t.Context(), b)
			if refused != nil {
				t.Fatalf("waits %v", refused.Wait)
			}
			try.GiveBack(t.Context())
		}
		f.take(t, b)
		if wait := f.take(t, b); wait != throttle.MaxWait {
			t.Errorf("after one that counts the next waits %v", wait)
		}
	})
}

func TestTriesThatOverlapAreAllGivenBack(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		b := throttle.Bucket{Limit: five, Key: "a"}
		for _, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			var made [3]*throttle.Try
			for i := range made {
				made[i], _ = f.Take(t.Context(), b)
				f.clock.Advance(time.Millisecond)
			}
			for _, i := range order {
				made[i].GiveBack(t.Context())
			}
			for _, try := range f.exhaust(t, b) {
				try.GiveBack(t.Context())
			}
		}
	})
}

func TestTriesAreForgivenOneByOne(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		b := throttle.Bucket{Limit: five, Key: "a"}
		f.exhaust(t, b)
		f.clock.Advance(2 * five.Forgive)
		for i := range 2 {
			if wait := f.take(t, b); wait != 0 {
				t.Fatalf("try %d has to wait %v", i, wait)
			}
		}
		if f.take(t, b) == 0 {
			t.Error("a third one passed")
		}
	})
}

// Whoever serves from memory and whoever serves from Redis applies one rule.
func TestMemoryAndRedisAgree(t *testing.T) {
	t.Parallel()
	clock := testhost.NewClock(noon)
	inMemory, inRedis := newFixture(t, "", clock), newFixture(t, testdb.NewRedis(t).URL, clock)
	limits := []*throttle.Limit{
		five, {Name: "fast", Free: 3, Forgive: time.Second}, {Name: "one", Free: 1, Forgive: time.Minute}, {Name: "quick", Free: 20, Forgive: 10 * time.Millisecond},
	}
	random := rand.New(rand.NewPCG(1, 2))
	var made, madeOther []*throttle.Try // some of them are forgotten when they are given back
	for step := range 3000 {
		buckets := make([]throttle.Bucket, 1+random.IntN(3))
		for i := range buckets {
			buckets[i] = throttle.Bucket{Limit: limits[(step+i)%len(limits)], Key: strconv.Itoa(random.IntN(3))}
		}
		switch random.IntN(6) {
		case 0:
			clock.Advance(time.Duration(random.IntN(int(20*time.Minute/time.Millisecond))) * time.Millisecond)
		case 1:
			clock.Advance(time.Duration(random.IntN(3000)) * time.Millisecond)
		case 2:
			if len(made) > 0 {
				i := random.IntN(len(made))
				made[i].GiveBack(t.Context())
				madeOther[i].GiveBack(t.Context())
			}
		default:
			try, one := inMemory.Take(t.Context(), buckets...)
			tryOther, other := inRedis.Take(t.Context(), buckets...)
			if fmt.Sprint(one) != fmt.Sprint(other) {
				t.Fatalf("step %d: memory says %v, Redis %v", step, one, other)
			}
			if one == nil {
				made, madeOther = append(made, try), append(madeOther, tryOther)
			}
		}
	}
	if inRedis.log.String() != "" {
		t.Error(inRedis.log)
	}
}

func TestNobodyIsRefusedByNoThrottle(t *testing.T) {
	t.Parallel()
	var none *throttle.Throttle
	for range 100 {
		made, refused := none.Take(t.Context(), throttle.Bucket{Limit: five, Key: "a"})
		if refused != nil {
			t.Fatal("refused")
		}
		made.GiveBack(t.Context())
	}
}

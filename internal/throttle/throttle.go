// Package throttle says how often something may be tried.
//
// Tries are counted in buckets: each has a key, such as an address, and a Limit. Take counts a try before it is made, so that
// many at once can't all pass before the first has failed; Try.GiveBack takes back the count of one that was no guess. Who has to wait
// is told for how long, and a try that was refused counts nowhere: by trying too early, nobody makes it worse for anybody.
package throttle

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// MaxWait is the longest that anybody waits between two tries.
const MaxWait = 15 * time.Minute

// firstWait is the shortest.
const firstWait = time.Second

// Limit is how often one thing may be tried: Free times at once, and then after a wait that doubles with each try, from a second
// to MaxWait. Tries are forgiven one after another, each in Forgive, so in the long run there is one in that time.
type Limit struct {
	Name    string        // stable, for keys, logs and metrics; lower case with underscores
	Free    int           // at least 1
	Forgive time.Duration // a millisecond to MaxWait
}

// Bucket is where tries are counted together.
type Bucket struct {
	Limit *Limit
	Key   string
}

func (b Bucket) name() string { return b.Limit.Name + ":" + b.Key }

// Refused says that a try has to wait.
type Refused struct {
	Limit string        // the Name of the Limit
	Wait  time.Duration // until there is room, if nobody else comes first; at most MaxWait
}

// Throttle counts tries: in memory, or for several servers together in Redis, and while Redis is away in memory again.
// Safe for concurrent use.
type Throttle struct {
	memory *memory
	shared *shared // nil without Redis
	now    func() time.Time
	log    *slog.Logger

	away atomic.Pointer[time.Time] // when Redis failed last; nil while it works
}

// Config is what a Throttle is made of.
type Config struct {
	URL string           // of Redis, "" for none; it may hold a password, which neither errors nor the log repeat
	Now func() time.Time // the clock; those of servers on one Redis should agree to a second
	Log *slog.Logger
}

// New returns a Throttle. It does not connect yet: Redis may be away. The only error is a URL that can't be understood.
func New(c Config) (*Throttle, error) {
	t := &Throttle{memory: newMemory(), now: c.Now, log: c.Log}
	if c.URL == "" {
		return t, nil
	}
	shared, err := newShared(c.URL)
	if err != nil {
		return nil, err
	}
	t.shared = shared
	return t, nil
}

// Try is one that was counted.
type Try struct {
	throttle *Throttle
	at       time.Time
	buckets  []Bucket
	inMemory bool
}

// Take counts one try in every bucket, and returns it. If one of them has no room, it counts the try in none, and returns the
// refusal. A nil Throttle never refuses.
func (t *Throttle) Take(ctx context.Context, buckets ...Bucket) (*Try, *Refused) {
	if t == nil {
		return &Try{}, nil
	}
	now := t.now()
	if t.tryShared(ctx, now) {
		bucket, wait, err := t.shared.take(ctx, now, buckets)
		if t.works(ctx, now, err) {
			return t.taken(now, buckets, false, bucket, wait)
		}
	}
	bucket, wait := t.memory.take(now, buckets)
	return t.taken(now, buckets, true, bucket, wait)
}

func (t *Throttle) taken(now time.Time, buckets []Bucket, inMemory bool, full int, wait time.Duration) (*Try, *Refused) {
	if full >= 0 {
		return nil, &Refused{Limit: buckets[full].Limit.Name, Wait: wait}
	}
	return &Try{t, now, buckets, inMemory}, nil
}

// GiveBack takes the try back from every bucket: it was no guess, or a right one. It does so also when ctx is done, and only where the
// try was counted, or whoever has it counted in memory, by leaving before Redis is asked, would empty buckets in Redis. If Redis is
// away meanwhile, the try stays counted there.
func (try *Try) GiveBack(ctx context.Context) {
	t := try.throttle
	if t == nil {
		return
	}
	ctx = context.WithoutCancel(ctx)
	if try.inMemory {
		t.memory.giveBack(try.at, try.buckets)
		return
	}
	if now := t.now(); t.tryShared(ctx, now) {
		t.works(ctx, now, t.shared.giveBack(ctx, try.at, try.buckets))
	}
}

// Close closes the connections to Redis.
func (t *Throttle) Close() error {
	if t == nil || t.shared == nil {
		return nil
	}
	return t.shared.close()
}

// awayFor is how long Redis is left alone after it has failed. Then it is asked beside the requests, so that none of them waits for it
// but those that were the first.
const awayFor = time.Second

func (t *Throttle) tryShared(ctx context.Context, now time.Time) bool {
	if t.shared == nil {
		return false
	}
	since := t.away.Load()
	if since == nil {
		return true
	}
	over := now.Sub(*since) >= awayFor || now.Before(*since)
	if over && t.away.CompareAndSwap(since, &now) { // one asks for all
		go t.ask(context.WithoutCancel(ctx), now)
	}
	return false
}

// ask finds out whether Redis is back, by a try that counts nowhere.
func (t *Throttle) ask(ctx context.Context, now time.Time) {
	_, _, err := t.shared.take(ctx, now, nil)
	t.works(ctx, now, err)
}

// works notes whether Redis has answered, and says so when that has changed.
func (t *Throttle) works(ctx context.Context, now time.Time, err error) bool {
	if err == nil {
		if t.away.Swap(nil) != nil {
			t.log.Info("tries are counted in Redis again")
		}
		return true
	}
	if ctx.Err() != nil { // the client is gone, not Redis
		return false
	}
	if t.away.Swap(&now) == nil {
		t.log.Warn("can't count tries in Redis, each server counts for itself; trying again", "cause", err)
	}
	return false
}

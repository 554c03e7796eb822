package blocklist

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/gofrs/uuid/v5"
)

const (
	prefix     = "latchkey:blocked:"
	markPrefix = "latchkey:blocked-copy:"

	// overlap is how far back each look goes behind the one before: the clock of the server that blocked an id may be 30 s
	// behind, and the transaction may have been committed 10 s after it took the time.
	overlap = time.Minute
)

// copied is what is known of the copy in Redis. With the key alone, that is nothing.
type copied struct {
	key    string                 // of this Copier's mark: each has its own, so that none takes another's copy for its own
	mark   string                 // its value, another one for each copy in full; "" before the first is complete
	run    string                 // of Redis
	at     time.Time              // when the last look began that copied all it found
	recent map[uuid.UUID]struct{} // what that look found, so that the next does not write it again
}

func (c *copied) inFull() bool { return c.mark != "" }

// copyAll copies the whole table. The mark goes first: if Redis loses anything from then on, it loses the mark too.
func (c *Copier) copyAll(ctx context.Context, started time.Time, run string) (int, error) {
	fresh := copied{key: c.copied.key, mark: rand.Text(), run: run, at: started}
	c.copied = copied{key: fresh.key}
	if err := c.redis.Set(ctx, fresh.key, fresh.mark, markTTL).Err(); err != nil {
		return 0, fmt.Errorf("redis: %w", err)
	}
	written, err := c.write(ctx, time.Time{}, func(uuid.UUID) bool { return true })
	if err == nil {
		c.copied = fresh
	}
	return written, err
}

// copyNew copies what may have come into the table since the last look that succeeded.
func (c *Copier) copyNew(ctx context.Context, started time.Time) (int, error) {
	found := map[uuid.UUID]struct{}{}
	written, err := c.write(ctx, c.copied.at.Add(-overlap), func(id uuid.UUID) bool {
		found[id] = struct{}{}
		_, known := c.copied.recent[id]
		return !known
	})
	if err == nil {
		c.copied.at, c.copied.recent = started, found
	}
	return written, err
}

// write copies those of the ids recorded at since or later that are wanted and have not expired. It returns how many.
func (c *Copier) write(ctx context.Context, since time.Time, wanted func(uuid.UUID) bool) (int, error) {
	w := newWriter(c.redis)
	err := c.db.EachBlocked(ctx, since, func(id uuid.UUID, expiresAt time.Time) error {
		ttl := expiresAt.Sub(c.now())
		if ttl <= 0 || !wanted(id) {
			return nil
		}
		return w.add(ctx, id.String(), ttl)
	})
	return w.written, w.end(ctx, err)
}

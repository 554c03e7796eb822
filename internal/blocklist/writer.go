package blocklist

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// batchSize is long enough for round trips not to count, and short enough for Redis to serve others in between.
const batchSize = 1000

// writer writes ids in batches: while Redis takes one, the next is gathered from the database.
type writer struct {
	redis   *redis.Client
	batch   redis.Pipeliner
	sent    chan error // holds the result of the last batch, once there is one
	written int
}

func newWriter(client *redis.Client) *writer {
	w := &writer{redis: client, batch: client.Pipeline(), sent: make(chan error, 1)}
	w.sent <- nil
	return w
}

// add writes id for ttl, above 0, with those that follow. An error may be that of an earlier one.
func (w *writer) add(ctx context.Context, id string, ttl time.Duration) error {
	w.batch.Set(ctx, prefix+id, "1", ttl)
	w.written++
	if w.batch.Len() < batchSize {
		return nil
	}
	return w.send(ctx)
}

// send sends what has been gathered, once Redis has taken the batch before.
func (w *writer) send(ctx context.Context) error {
	if err := <-w.sent; err != nil {
		w.sent <- nil // which is told once
		return err
	}
	batch := w.batch
	w.batch = w.redis.Pipeline()
	go func() {
		_, err := batch.Exec(ctx)
		if err != nil {
			err = fmt.Errorf("redis: %w", err)
		}
		w.sent <- err
	}()
	return nil
}

// end sends the rest, unless something has failed, and returns when nothing is under way any more.
func (w *writer) end(ctx context.Context, failed error) error {
	if failed == nil {
		failed = w.send(ctx)
	}
	if err := <-w.sent; failed == nil {
		failed = err
	}
	return failed
}

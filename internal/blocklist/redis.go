package blocklist

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"latchkey/internal/redisclient"
)

const (
	dialLimit   = time.Second
	answerLimit = 2 * time.Second // for a batch, each way

	// markTTL is how long Redis keeps the mark of a server that has ended.
	markTTL = time.Hour
)

// newClient returns a client with one connection.
func newClient(url string) (*redis.Client, error) {
	return redisclient.New(redisclient.Options{URL: url, Connections: 1, DialLimit: dialLimit, AnswerLimit: answerLimit})
}

// meet returns which run of Redis answers, and whether it has kept all that was copied so far. If it was restarted, from a
// snapshot perhaps, it is another run. If it was emptied, the mark that each copy in full begins with is gone.
func (c *Copier) meet(ctx context.Context) (run string, kept bool, err error) {
	pipe := c.redis.Pipeline()
	info, mark := pipe.Info(ctx, "server"), pipe.Get(ctx, c.copied.key)
	pipe.Expire(ctx, c.copied.key, markTTL)
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return "", false, fmt.Errorf("redis: %w", err)
	}
	for line := range strings.Lines(info.Val()) {
		if id, found := strings.CutPrefix(line, "run_id:"); found {
			run = strings.TrimSpace(id)
		}
	}
	return run, c.copied.inFull() && c.copied.run == run && c.copied.mark == mark.Val(), nil
}

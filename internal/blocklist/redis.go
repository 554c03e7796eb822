package blocklist

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	dialLimit   = time.Second
	answerLimit = 2 * time.Second // for a batch, each way

	// markTTL is how long Redis keeps the mark of a server that has ended.
	markTTL = time.Hour
)

// The library's lines repeat what its errors say, and would go to stderr past our log.
func init() { logging.Disable() }

// newClient returns a client with one connection, which is made when it is first used. What fails is not tried again: the
// next look is soon enough.
func newClient(url string) (*redis.Client, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("LATCHKEY_REDIS_URL is not understood: what follows the port is the number of a database")
	}
	options.Protocol = 2
	options.PoolSize, options.PipelinePoolSize = 1, -1
	options.MaxRetries, options.DialerRetries = -1, 1
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = dialLimit, answerLimit, answerLimit
	options.ContextTimeoutEnabled = true
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(options), nil
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

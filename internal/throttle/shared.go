package throttle

import (
	"context"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"latchkey/internal/redisclient"
)

const (
	prefix      = "latchkey:throttle:"
	connections = 32
	// redisLimit is how long a try may be held up by a Redis that does not answer.
	redisLimit = 500 * time.Millisecond
)

//go:embed take.lua
var takeText string

//go:embed give_back.lua
var giveBackText string

var takeScript, giveBackScript = redis.NewScript(takeText), redis.NewScript(giveBackText)

// shared keeps the buckets of all servers in one Redis. Each is a hash that expires when nothing of it is left.
type shared struct{ redis *redis.Client }

func newShared(url string) (*shared, error) {
	client, err := redisclient.New(redisclient.Options{
		URL: url, Connections: connections, DialLimit: redisLimit, AnswerLimit: redisLimit,
	})
	if err != nil {
		return nil, err
	}
	return &shared{client}, nil
}

// take is memory.take for all servers. With an error nothing is known of what it has done.
func (s *shared) take(ctx context.Context, now time.Time, buckets []Bucket) (bucket int, wait time.Duration, err error) {
	args := []any{now.UnixMilli(), firstWait.Milliseconds(), MaxWait.Milliseconds()}
	for _, b := range buckets {
		args = append(args, b.Limit.Free, b.Limit.Forgive.Milliseconds())
	}
	answer, err := takeScript.Run(ctx, s.redis, keys(buckets), args...).Int64Slice()
	if err == nil && len(answer) != 2 {
		err = errors.New("an answer that is not the script's")
	}
	if err != nil {
		return -1, 0, fmt.Errorf("redis: %w", err)
	}
	return int(answer[0]), time.Duration(answer[1]) * time.Millisecond, nil
}

// giveBack is memory.giveBack for all servers.
func (s *shared) giveBack(ctx context.Context, at time.Time, buckets []Bucket) error {
	if err := giveBackScript.Run(ctx, s.redis, keys(buckets), at.UnixMilli()).Err(); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

func (s *shared) close() error { return s.redis.Close() }

func keys(buckets []Bucket) []string {
	all := make([]string, len(buckets))
	for i, b := range buckets {
		all[i] = prefix + b.name()
	}
	return all
}

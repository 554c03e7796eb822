package access

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	blockedPrefix = "latchkey:blocked:"      // and a jti or sid that is refused
	copyPrefix    = "latchkey:blocked-copy:" // and a server of Latchkey that copies to this Redis
)

// Blocklist is a Revocation that looks into the copy of Latchkey's blocked ids in Redis, which is up to two seconds behind.
//
// A Redis that was emptied, or that Latchkey does not copy to, has no blocked ids either. What tells the difference are the marks
// that the servers of Latchkey leave there, so without any of them nothing is allowed.
type Blocklist struct {
	redis *redis.Client
	mark  atomic.Pointer[string] // one that was there
}

var _ Revocation = (*Blocklist)(nil)

// NewBlocklist returns a Blocklist. It does not connect yet. The only error is a URL that can't be understood.
func NewBlocklist(url string) (*Blocklist, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("the URL of Redis is not understood") // it may hold a password
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = time.Second, time.Second, time.Second
	options.ContextTimeoutEnabled = true
	b := &Blocklist{redis: redis.NewClient(options)}
	b.mark.Store(new(string))
	return b, nil
}

// Check implements Revocation.
func (b *Blocklist) Check(ctx context.Context, viewer Viewer) error {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	found, err := b.redis.MGet(ctx, *b.mark.Load(), blockedPrefix+viewer.TokenID, blockedPrefix+viewer.SessionID).Result()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if found[1] != nil || found[2] != nil {
		return Refused("REVOKED")
	}
	if found[0] == nil {
		return b.findMark(ctx)
	}
	return nil
}

// findMark looks for a mark, which takes a walk through all keys: once, and when the server is gone that left the one before.
func (b *Blocklist) findMark(ctx context.Context) error {
	marks := b.redis.Scan(ctx, 0, copyPrefix+"*", 1000).Iterator()
	if marks.Next(ctx) {
		mark := marks.Val()
		b.mark.Store(&mark)
		return nil
	}
	if err := marks.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return fmt.Errorf("%w: no server of Latchkey copies to this Redis", ErrUnavailable)
}

// Package blocklist keeps a copy of the blocked ids in Redis, for other services that verify access tokens themselves:
// latchkey:blocked:<id> exists for as long as tokens with this id, their jti or sid, must be refused.
//
// Latchkey itself never reads the copy, and no request touches Redis: a Copier reads the table once a second, whoever
// wrote to it. So Redis may be away, frozen or emptied at any time; the copy is complete again within seconds of its return.
package blocklist

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"latchkey/internal/store"
)

const (
	interval  = time.Second     // between the end of one look at the table and the next
	lastLimit = 2 * time.Second // for the look at the end, for what was blocked just before
)

// Copier keeps one copy. Any number of servers may each have one for the same Redis.
type Copier struct {
	db     *store.DB
	redis  *redis.Client
	now    func() time.Time
	log    *slog.Logger
	copied copied
	failed bool // and said so

	complete atomic.Bool
}

// Config is what a Copier is made of.
type Config struct {
	DB  *store.DB
	URL string           // of Redis; it may hold a password, which neither errors nor the log repeat
	Now func() time.Time // the clock; TTLs are from it to a row's expires_at
	Log *slog.Logger
}

// New returns a Copier. It does not connect yet: Redis may be away. The only error is a URL that can't be understood.
func New(c Config) (*Copier, error) {
	client, err := newClient(c.URL)
	if err != nil {
		return nil, err
	}
	return &Copier{db: c.DB, redis: client, now: c.Now, log: c.Log, copied: copied{key: markPrefix + rand.Text()}}, nil
}

// Run keeps the copy until ctx is done, and then, if Redis answers, for one last look, so that what was blocked by the
// last requests is there while nobody serves. Neither Redis nor the database has to be there: it goes on trying.
func (c *Copier) Run(ctx context.Context) {
	defer c.redis.Close() //nolint:errcheck // nothing is under way
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		c.keepUp(ctx)
		tick.Reset(interval) // a long copy is not followed by another one at once
		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		}
		if !c.failed && c.copied.inFull() {
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLimit)
			defer cancel()
			c.keepUp(last)
		}
		return
	}
}

// Complete tells whether the last look left all blocked ids in Redis.
func (c *Copier) Complete() bool { return c.complete.Load() }

// keepUp looks once, and says when the copy can't be kept up any more and when it is complete again.
func (c *Copier) keepUp(ctx context.Context) {
	written, full, err := c.look(ctx)
	c.complete.Store(err == nil)
	switch {
	case ctx.Err() != nil: // the end, not a failure
	case err != nil && !c.failed:
		c.failed = true
		c.log.Warn("can't copy the blocked ids to Redis, trying again every second; Latchkey itself does not need it",
			"cause", store.Redact(err))
	case err == nil && (full || c.failed):
		c.failed = false
		c.log.Info("the copy of the blocked ids in Redis is complete", "written", written)
	}
}

// look brings the copy up to date: wholly if Redis may have lost something, else with what is new in the table. It returns
// how many ids it wrote.
func (c *Copier) look(ctx context.Context) (written int, full bool, err error) {
	started := c.now()
	run, kept, err := c.meet(ctx)
	if err != nil {
		return 0, false, err
	}
	if kept {
		written, err = c.copyNew(ctx, started)
	} else {
		written, err = c.copyAll(ctx, started, run)
	}
	return written, !kept, err
}

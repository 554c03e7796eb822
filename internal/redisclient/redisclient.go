// Package redisclient makes clients of Redis that can do without it: what fails is not tried again, and says so soon.
package redisclient

import (
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// The library's lines repeat what its errors say, and would go to stderr past our log.
func init() { logging.Disable() }

// Options are what users of Redis differ in.
type Options struct {
	URL         string        // it may hold a password, which the error does not repeat
	Connections int           // at most; each is made when it is first needed
	DialLimit   time.Duration // to connect
	AnswerLimit time.Duration // for an answer or a batch of them, and as long to send it
}

// New returns a client that has not connected yet. The only error is a URL that can't be understood.
func New(o Options) (*redis.Client, error) {
	options, err := redis.ParseURL(o.URL)
	if err != nil {
		return nil, errors.New("LATCHKEY_REDIS_URL is not understood: what follows the port is the number of a database")
	}
	options.Protocol = 2
	options.PoolSize, options.PipelinePoolSize = o.Connections, -1
	options.MaxRetries, options.DialerRetries = -1, 1
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = o.DialLimit, o.AnswerLimit, o.AnswerLimit
	options.PoolTimeout = o.AnswerLimit
	options.ContextTimeoutEnabled = true
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(options), nil
}

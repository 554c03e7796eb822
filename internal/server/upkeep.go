package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"latchkey/internal/auth"
	"latchkey/internal/blocklist"
	"latchkey/internal/config"
	"latchkey/internal/keys"
	"latchkey/internal/metrics"
	"latchkey/internal/store"
)

const (
	removeEvery = time.Minute
	removePause = 20 * time.Millisecond // between two batches, for requests that want to write
)

// background returns what goes on beside requests: none of them waits for it. Each task ends soon after its context is done.
func background(c config.Config, host Host, db *store.DB, ring *keys.Ring, rules *auth.Service, watched *metrics.Metrics) ([]func(context.Context), error) {
	tasks := []func(context.Context){
		ring.Run,
		func(ctx context.Context) { db.Watch(ctx, host.Log) },
		func(ctx context.Context) { removeExpired(ctx, rules.RemoveExpired, host.Log) },
	}
	if c.RedisURL == "" {
		return tasks, nil
	}
	copier, err := blocklist.New(blocklist.Config{DB: db, URL: c.RedisURL, Now: host.Now, Log: host.Log})
	if err != nil {
		return nil, err
	}
	watched.Copy(copier.Complete)
	return append(tasks, copier.Run), nil
}

// start runs tasks until stop, which returns when all of them have ended. They do not end with ctx but after it: requests
// in flight are finished first.
func start(ctx context.Context, tasks []func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	for _, task := range tasks {
		running.Go(func() { task(ctx) })
	}
	return func() {
		cancel()
		running.Wait()
	}
}

// removeExpired calls remove every minute, and while there is more after each pause, until ctx is done. That it fails is
// said once, until it works again: the rows can wait.
func removeExpired(ctx context.Context, remove func(context.Context) (int, bool, error), log *slog.Logger) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	failed := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		removed, more, err := remove(ctx)
		if err != nil && !failed && ctx.Err() == nil {
			log.Warn("can't remove what has expired, trying again every minute", "cause", store.Redact(err))
		}
		if err == nil && failed {
			log.Info("what has expired is removed again")
		}
		failed = err != nil
		if removed > 0 {
			log.Debug("removed what has expired", "rows", removed)
		}
		if more {
			timer.Reset(removePause)
		} else {
			timer.Reset(removeEvery)
		}
	}
}

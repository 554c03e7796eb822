package server

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestExpiredRowsGoEveryMinuteAndInABurstWhileThereAreMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Minute+time.Second, stop)
		began := time.Now()
		var calls []time.Duration
		removeExpired(ctx, func(context.Context) (int, bool, error) {
			calls = append(calls, time.Since(began))
			return 1, len(calls) == 2 || len(calls) == 3, nil
		}, slog.New(slog.DiscardHandler))
		want := []time.Duration{0, removeEvery, removeEvery + removePause, removeEvery + 2*removePause, 2*removeEvery + 2*removePause}
		if !slices.Equal(calls, want) {
			t.Errorf("called after %v, want %v", calls, want)
		}
	})
}

func TestThatExpiredRowsCannotBeRemovedIsSaidOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(6*time.Minute, stop)
		var log bytes.Buffer
		call := 0
		removeExpired(ctx, func(ctx context.Context) (int, bool, error) {
			switch call++; call {
			case 1, 2, 3, 5: // said at 1 and at 5
				return 0, false, errors.New("the database is away")
			case 6: // cut off by the end
				<-ctx.Done()
				return 0, false, ctx.Err()
			}
			return 0, false, nil
		}, slog.New(slog.NewTextHandler(&log, nil)))
		failures, recoveries := strings.Count(log.String(), "can't remove"), strings.Count(log.String(), "removed again")
		if call != 6 || failures != 2 || recoveries != 1 {
			t.Errorf("%d failures and %d recoveries are told after %d calls:\n%s", failures, recoveries, call, &log)
		}
	})
}

func TestTasksGoOnUntilTheyAreStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // requests are drained from now on
	asked, ended := make(chan error, 1), false
	stop := start(ctx, []func(context.Context){func(ctx context.Context) {
		asked <- ctx.Err()
		<-ctx.Done()
		ended = true
	}})
	if err := <-asked; err != nil {
		t.Errorf("ended with the requests: %v", err)
	}
	stop()
	if !ended {
		t.Error("it was not waited for")
	}
}

package store_test

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/internal/testdb"
)

// nobody is an address on which nobody listens.
const nobody = "mysql://latchkey:hunter2-SECRET@127.0.0.1:1/latchkey"

func TestWaitReturnsAtOnceWhenTheDatabaseAnswers(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		log, text := logTo(t)
		if err := testdb.Open(t, url).Wait(t.Context(), time.Hour, log); err != nil || text.Len() > 0 {
			t.Errorf("error %v, logged %s", err, text)
		}
	})
}

// The time in a bubble passes when everyone waits, so a minute of it takes no time at all.
func TestWaitAsksEverySecondAndGivesUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		limit time.Duration
		tries int
	}{
		{0, 1},
		{500 * time.Millisecond, 1},
		{3500 * time.Millisecond, 4},
		{30500 * time.Millisecond, 31},
	} {
		t.Run("after "+c.limit.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				db := testdb.Open(t, nobody)
				log, text := logTo(t)
				start := time.Now()
				err := db.Wait(t.Context(), c.limit, log)
				if c.limit > 0 && !errors.Is(err, syscall.ECONNREFUSED) {
					t.Errorf("the reason is %v, want a refused connection", err)
				}
				if err == nil {
					t.Error("no error")
				}
				if waited := time.Since(start); waited != c.limit {
					t.Errorf("waited %v, want %v", waited, c.limit)
				}
				if tries := strings.Count(text.String(), "does not answer"); tries != c.tries {
					t.Errorf("tried %d times, want %d:\n%s", tries, c.tries, text)
				}
				if strings.Contains(text.String()+err.Error(), "hunter2") {
					t.Errorf("the password is in the error or the log: %v\n%s", err, text)
				}
			})
		})
	}
}

// When the limit is a whole number of seconds, as it is, it comes together with another try.
func TestWaitTellsTheLastReasonAfterWholeSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := testdb.Open(t, nobody)
		log, _ := logTo(t)
		for range 20 {
			if err := db.Wait(t.Context(), 2*time.Second, log); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Fatalf("the reason is %v, want a refused connection", err)
			}
		}
	})
}

func TestWaitEndsWhenNobodyWantsItAnyMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := testdb.Open(t, nobody)
		log, _ := logTo(t)
		ctx, leave := context.WithCancel(t.Context())
		start := time.Now()
		time.AfterFunc(1500*time.Millisecond, leave)
		if err := db.Wait(ctx, time.Hour, log); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("the reason is %v, want a refused connection", err)
		}
		if waited := time.Since(start); waited != 1500*time.Millisecond {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestWaitDoesNotWaitForWhatWouldNotHelp(t *testing.T) {
	t.Parallel()
	good := testdb.MariaDB(t)
	for name, url := range map[string]string{
		"a wrong password":    strings.Replace(good, "root", "nobody%20here:hunter2-SECRET", 1),
		"an unknown database": good + "_which_is_not_there",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if url == good {
				t.Fatal("the URL is not changed")
			}
			log, text := logTo(t)
			err := testdb.Open(t, url).Wait(t.Context(), time.Hour, log)
			if err == nil || text.Len() > 0 || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %v, logged %s", err, text)
			}
		})
	}
}

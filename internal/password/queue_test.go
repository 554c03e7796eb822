package password_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/internal/password"
)

// Under a storm there are as many as there are slots, and never one more.
func TestHasherNeverComputesMoreAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher()
		var now, most atomic.Int64
		for range password.Slots(h) + password.Waiting(h) {
			go func() {
				err := password.InTurn(t.Context(), h, func() {
					most.Store(max(most.Load(), now.Add(1)))
					time.Sleep(time.Millisecond) // of the bubble: the others run meanwhile
					now.Add(-1)
				})
				if err != nil {
					t.Error(err)
				}
			}()
		}
		time.Sleep(password.MaxWait)
		synctest.Wait()
		if got, want := most.Load(), int64(password.Slots(h)); got != want {
			t.Errorf("%d at once, want %d", got, want)
		}
	})
}

func TestFirstComeFirstServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n = 100
		h := newHasher()
		release := password.Fill(h)
		served := make(chan int, n)
		for i := range n {
			go func() {
				if err := password.InTurn(t.Context(), h, func() { served <- i }); err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait() // until it is in the queue
		}
		release()
		for want := range n {
			if got := <-served; got != want {
				t.Fatalf("number %d was served when it was number %d's turn", got, want)
			}
		}
	})
}

func TestFullQueueRefusesAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher()
		release := password.Fill(h)
		ctx, leave := context.WithCancel(t.Context())
		leaver, others := queue(ctx, h, 1), queue(t.Context(), h, password.Waiting(h)-1)
		stillWaiting(t, leaver)
		stillWaiting(t, others)
		refusedAtOnce(t, h)

		leave() // which makes one place
		if err := <-leaver; !errors.Is(err, context.Canceled) {
			t.Errorf("who left got %v", err)
		}
		next := queue(t.Context(), h, 1)
		stillWaiting(t, next)
		refusedAtOnce(t, h)

		release() // which serves all, one after the other
		for range password.Waiting(h) - 1 {
			if err := <-others; err != nil {
				t.Fatal(err)
			}
		}
		if err := <-next; err != nil {
			t.Error(err)
		}
	})
}

// Nobody waits longer than MaxWait, and who gives up takes no slot with them.
func TestWaitIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher()
		release := password.Fill(h)
		began := time.Now()
		waiting := queue(t.Context(), h, password.Waiting(h))
		for range password.Waiting(h) {
			if err := <-waiting; !errors.Is(err, password.ErrBusy) {
				t.Fatalf("got %v", err)
			}
		}
		if waited := time.Since(began); waited != password.MaxWait {
			t.Errorf("waited %v", waited)
		}
		for range password.Slots(h) {
			release()
		}
		// All slots are there again, and no more than before.
		again := password.Fill(h)
		next := queue(t.Context(), h, 1)
		stillWaiting(t, next)
		again()
		if err := <-next; err != nil {
			t.Error(err)
		}
	})
}

func TestNothingIsHashedForWhoHasLeft(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	for range 100 { // where a slot is free, chance might decide
		err := password.InTurn(ctx, newHasher(), func() { t.Error("hashed") })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

// A panic of one algorithm takes no slot from the others.
func TestPanicGivesTheSlotBack(t *testing.T) {
	t.Parallel()
	h := newHasher()
	for range password.Slots(h) + password.Waiting(h) + 1 {
		func() {
			defer func() { _ = recover() }()
			_ = password.InTurn(t.Context(), h, func() { panic("of a test") })
		}()
	}
	if err := password.InTurn(t.Context(), h, func() {}); err != nil {
		t.Error(err)
	}
}

// queue has n wait for their turn, and returns what becomes of each.
func queue(ctx context.Context, h *password.Hasher, n int) <-chan error {
	done := make(chan error, n)
	for range n {
		go func() { done <- password.InTurn(ctx, h, func() {}) }()
	}
	synctest.Wait()
	return done
}

func refusedAtOnce(t *testing.T, h *password.Hasher) {
	t.Helper()
	began := time.Now() // the bubble's, which moves only if somebody waits
	err := password.InTurn(t.Context(), h, func() { t.Error("served") })
	if !errors.Is(err, password.ErrBusy) || time.Since(began) > 0 {
		t.Errorf("got %v after %v", err, time.Since(began))
	}
}

func stillWaiting(t *testing.T, done <-chan error) {
	t.Helper()
	synctest.Wait()
	select {
	case err := <-done:
		t.Fatalf("did not wait: %v", err)
	default:
	}
}

// watched counts who joins and how it ends.
func watched(h *password.Hasher) (joined, served, turnedAway *atomic.Int64) {
	joined, served, turnedAway = &atomic.Int64{}, &atomic.Int64{}, &atomic.Int64{}
	h.Joined = func() func(bool) {
		joined.Add(1)
		return func(inTurn bool) {
			if inTurn {
				served.Add(1)
			} else {
				turnedAway.Add(1)
			}
		}
	}
	return joined, served, turnedAway
}

func TestWhoWatchesTheQueueIsToldHowEachWaitEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher()
		joined, served, turnedAway := watched(h)
		expect := func(j, s, away int) {
			t.Helper()
			if joined.Load() != int64(j) || served.Load() != int64(s) || turnedAway.Load() != int64(away) {
				t.Errorf("%d joined, %d served, %d turned away; want %d, %d, %d", joined.Load(), served.Load(), turnedAway.Load(), j, s, away)
			}
		}
		length := func(waiting, running int) {
			t.Helper()
			if w, r := h.Length(); w != waiting || r != running {
				t.Errorf("%d wait and %d run, want %d and %d", w, r, waiting, running)
			}
		}
		length(0, 0)
		if err := <-queue(t.Context(), h, 1); err != nil {
			t.Fatal(err)
		}
		expect(1, 1, 0)
		release := password.Fill(h)
		ctx, leave := context.WithCancel(t.Context())
		leaver := queue(ctx, h, 1)
		length(1, password.Slots(h))
		leave()
		if err := <-leaver; !errors.Is(err, context.Canceled) { // of which nobody is told
			t.Errorf("who left got %v", err)
		}
		expect(2, 1, 0)
		all := queue(t.Context(), h, password.Waiting(h))
		refusedAtOnce(t, h)
		expect(3+password.Waiting(h), 1, 1)
		for range password.Waiting(h) {
			if err := <-all; !errors.Is(err, password.ErrBusy) { // not within MaxWait
				t.Errorf("got %v", err)
			}
		}
		expect(3+password.Waiting(h), 1, 1+password.Waiting(h))
		length(0, password.Slots(h))
		for range password.Slots(h) {
			release()
		}
	})
}

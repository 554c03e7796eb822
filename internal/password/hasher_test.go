package password_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"

	"latchkey/internal/password"
)

// newHasher is the one of the program.
func newHasher() *password.Hasher { return password.NewHasher(password.Recommended) }

func TestHasherComputesOneHashPerCore(t *testing.T) {
	t.Parallel()
	if got, want := password.Slots(newHasher()), runtime.GOMAXPROCS(0); got != want {
		t.Errorf("%d slots, want %d", got, want)
	}
}

// In a bubble, synctest.Wait returns when everyone waits: what has not come back by then is in the queue.
func TestHasherLetsTheOthersWait(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		work func(context.Context, *password.Hasher) error
	}{
		{"for a hash", func(ctx context.Context, h *password.Hasher) error {
			_, err := h.Hash(ctx, knownPassword)
			return err
		}},
		{"for a password to be verified", func(ctx context.Context, h *password.Hasher) error {
			right, err := h.Verify(ctx, knownHash, knownPassword)
			if err == nil && !right {
				err = errors.New("refused")
			}
			return err
		}},
		{"for nobody's password to be verified", func(ctx context.Context, h *password.Hasher) error {
			_, err := h.Verify(ctx, "", knownPassword)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			t.Run("until one is done", func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					h := newHasher()
					release := password.Fill(h)
					done := make(chan error, 1)
					go func() { done <- c.work(t.Context(), h) }()
					stillWaiting(t, done)
					release()
					if err := <-done; err != nil {
						t.Error(err)
					}
				})
			})
			t.Run("until they leave", func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					h := newHasher()
					password.Fill(h)
					ctx, leave := context.WithCancel(t.Context())
					done := make(chan error, 1)
					go func() { done <- c.work(ctx, h) }()
					stillWaiting(t, done)
					leave()
					if err := <-done; !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
				})
			})
		})
	}
}

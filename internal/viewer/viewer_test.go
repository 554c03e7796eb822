package viewer_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"latchkey/internal/viewer"
)

// asked returns a context with a holder, and how often it has asked who the viewer is.
func asked(t *testing.T, answer string, err error) (context.Context, *atomic.Int32) {
	t.Helper()
	times := &atomic.Int32{}
	return viewer.NewContext(t.Context(), func(context.Context) (string, error) {
		times.Add(1)
		return answer, err
	}), times
}

func expect(ctx context.Context, t *testing.T, want string, wantErr error) {
	t.Helper()
	got, err := viewer.FromContext[string](ctx).Get(ctx)
	if got != want || !errors.Is(err, wantErr) {
		t.Errorf("got %q, %v; want %q, %v", got, err, want, wantErr)
	}
}

func expectTimes(t *testing.T, times *atomic.Int32, want int32) {
	t.Helper()
	if got := times.Load(); got != want {
		t.Errorf("asked %d times, want %d", got, want)
	}
}

var errNobody = errors.New("nobody")

func TestHolderAsksWhenTheViewerIsFirstNeeded(t *testing.T) {
	t.Parallel()
	ctx, times := asked(t, "alice", nil)
	viewer.FromContext[string](ctx)
	expectTimes(t, times, 0)
	expect(ctx, t, "alice", nil)
	expectTimes(t, times, 1)
	expect(ctx, t, "alice", nil)
	expectTimes(t, times, 1)
}

func TestHolderRemembersWhyThereIsNoViewer(t *testing.T) {
	t.Parallel()
	ctx, times := asked(t, "", errNobody)
	expect(ctx, t, "", errNobody)
	expect(ctx, t, "", errNobody)
	expectTimes(t, times, 1)
}

func TestHolderAsksOnceHoweverManyNeedItAtOnce(t *testing.T) {
	t.Parallel()
	ctx, times := asked(t, "alice", nil)
	start := make(chan struct{})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			<-start
			expect(ctx, t, "alice", nil)
		})
	}
	close(start)
	all.Wait()
	expectTimes(t, times, 1)
}

func TestHolderAsksInTheContextOfWhoNeedsIt(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx := viewer.NewContext(t.Context(), func(ctx context.Context) (any, error) { return ctx.Value(key{}), nil })
	got, err := viewer.FromContext[any](ctx).Get(context.WithValue(ctx, key{}, "of the field"))
	if got != "of the field" || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	t.Run("before the viewer is needed, nobody is asked", func(t *testing.T) {
		t.Parallel()
		ctx, times := asked(t, "alice", nil)
		viewer.FromContext[string](ctx).Set("bob")
		expect(ctx, t, "bob", nil)
		expectTimes(t, times, 0)
	})
	t.Run("after another one was found", func(t *testing.T) {
		t.Parallel()
		ctx, times := asked(t, "alice", nil)
		expect(ctx, t, "alice", nil)
		viewer.FromContext[string](ctx).Set("bob")
		expect(ctx, t, "bob", nil)
		expectTimes(t, times, 1)
	})
	t.Run("after there was none, the reason is forgotten", func(t *testing.T) {
		t.Parallel()
		ctx, _ := asked(t, "", errNobody)
		expect(ctx, t, "", errNobody)
		viewer.FromContext[string](ctx).Set("bob")
		expect(ctx, t, "bob", nil)
	})
	t.Run("is seen by those whose context was made before", func(t *testing.T) {
		t.Parallel()
		ctx, _ := asked(t, "alice", nil)
		child, stop := context.WithCancel(ctx)
		defer stop()
		viewer.FromContext[string](ctx).Set("bob")
		expect(child, t, "bob", nil)
	})
}

func TestHoldersOfTwoTypesInOneContext(t *testing.T) {
	t.Parallel()
	ctx, times := asked(t, "alice", nil)
	ctx = viewer.NewContext(ctx, func(context.Context) (int, error) { return 7, nil })
	number, err := viewer.FromContext[int](ctx).Get(ctx)
	if number != 7 || err != nil {
		t.Errorf("got %d, %v", number, err)
	}
	expectTimes(t, times, 0)
	expect(ctx, t, "alice", nil)
}

func TestFromContextWithoutAHolderPanics(t *testing.T) {
	t.Parallel()
	ctx, _ := asked(t, "alice", nil)
	defer func() {
		if recover() == nil {
			t.Error("did not panic")
		}
	}()
	viewer.FromContext[int](ctx)
}

func TestKnownAsksNobody(t *testing.T) {
	t.Parallel()
	asked := 0
	failure := errors.New("nobody")
	ctx := viewer.NewContext(t.Context(), func(context.Context) (string, error) { asked++; return "ada", failure })
	holder := viewer.FromContext[string](ctx)
	if _, known := holder.Known(); known || asked != 0 {
		t.Errorf("known before anyone asked, who was asked %d times", asked)
	}
	if _, err := holder.Get(ctx); !errors.Is(err, failure) {
		t.Error(err)
	}
	if _, known := holder.Known(); known {
		t.Error("nobody is known")
	}
	holder.Set("grace")
	if who, known := holder.Known(); !known || who != "grace" || asked != 1 {
		t.Errorf("%q, %v, asked %d times", who, known, asked)
	}
}

package graph

import (
	"context"
	"errors"
)

// during returns ctx, which ends with answering too, with the cause of that. leave has to be called.
func during(ctx, answering context.Context) (_ context.Context, leave func()) {
	if answering.Done() == nil { // SQLite's never ends
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(answering, func() { cancel(context.Cause(answering)) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// clientGone tells whether err came because the client has left.
func clientGone(ctx context.Context, err error) bool {
	return errors.Is(err, context.Canceled) && errors.Is(context.Cause(ctx), context.Canceled)
}

// Package viewer carries who is asking through a request.
//
// The middleware puts a Holder into the context before anything is known, because GraphQL fixes the context of a field's
// children before the field's resolver runs: a mutation that signs someone in can only tell its children by changing what
// they already hold. The holder finds out at the first question, once, and remembers the answer, be it who or why not.
package viewer

import (
	"context"
	"sync"
)

// Holder holds the viewer of one request: a T, or the error that says why there is none. Safe for concurrent use.
type Holder[T any] struct {
	mu       sync.Mutex
	resolve  func(context.Context) (T, error)
	resolved bool
	viewer   T
	err      error
}

type key[T any] struct{}

// NewContext returns a context with a holder that asks resolve when the viewer is first needed, and not before.
func NewContext[T any](ctx context.Context, resolve func(context.Context) (T, error)) context.Context {
	return context.WithValue(ctx, key[T]{}, &Holder[T]{resolve: resolve})
}

// FromContext returns the holder in ctx, which must come from NewContext with the same T; it panics otherwise.
func FromContext[T any](ctx context.Context) *Holder[T] {
	return ctx.Value(key[T]{}).(*Holder[T])
}

// Get returns the viewer, or why there is none.
func (h *Holder[T]) Get(ctx context.Context) (T, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.resolved {
		h.viewer, h.err = h.resolve(ctx)
		h.resolved = true
	}
	return h.viewer, h.err
}

// Known returns the viewer if somebody has asked for it before and there is one. It does not ask itself, and what finds out who the
// viewer is must not call it.
func (h *Holder[T]) Known() (T, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.viewer, h.resolved && h.err == nil
}

// Set makes v the viewer from here on: someone has just signed in.
func (h *Holder[T]) Set(v T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.viewer, h.err, h.resolved = v, nil, true
}

package cli

import (
	"context"
	"io"
	"log/slog"
	"sync"

	"latchkey/internal/requestid"
)

// maxPending is how many bytes of lines wait at most for a reader who does not keep up. Then those who log wait.
const maxPending = 1 << 20

// lines writes what a server logs, one line after another, beside the requests: those that come while one is written go
// together with the next. So no request waits for whoever reads the log, and under load there are many lines to a system call.
type lines struct {
	to   io.Writer
	done chan struct{}

	mu      sync.Mutex
	changed *sync.Cond
	pending []byte
	taken   int64 // bytes, all in all
	written int64 // of those taken
	closed  bool
}

func newLines(to io.Writer) *lines {
	l := &lines{to: to, done: make(chan struct{})}
	l.changed = sync.NewCond(&l.mu)
	go l.run()
	return l
}

// Write takes a line. It never fails: there would be nowhere left to complain.
func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.pending) > maxPending && !l.closed {
		l.changed.Wait()
	}
	if l.closed { // something has outlived the server
		return l.to.Write(line)
	}
	l.pending = append(l.pending, line...)
	l.taken += int64(len(line))
	l.changed.Broadcast()
	return len(line), nil
}

// sync returns when all that was taken is written.
func (l *lines) sync() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for all := l.taken; l.written < all; {
		l.changed.Wait()
	}
}

// Close returns when all that was taken is written. What comes later is written at once.
func (l *lines) Close() error {
	l.sync()
	l.mu.Lock()
	l.closed = true
	l.changed.Broadcast()
	l.mu.Unlock()
	<-l.done
	return nil
}

func (l *lines) run() {
	defer close(l.done)
	var writing []byte // its memory takes turns with pending's
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		for len(l.pending) == 0 && !l.closed {
			l.changed.Wait()
		}
		if len(l.pending) == 0 {
			return
		}
		l.pending, writing = writing[:0], l.pending
		l.changed.Broadcast()
		l.mu.Unlock()
		_, _ = l.to.Write(writing)
		l.mu.Lock()
		l.written += int64(len(writing))
		l.changed.Broadcast()
	}
}

// kept is a handler that writes to lines, and waits until what is more than a request's own line is written: what the audit trail says
// must not be lost with the process, and comes seldom.
type kept struct {
	slog.Handler
	lines *lines
}

// Handle logs a record.
func (k kept) Handle(ctx context.Context, record slog.Record) error {
	err := k.Handler.Handle(ctx, record)
	if record.Message != requestid.Message {
		k.lines.sync()
	}
	return err
}

// WithAttrs is that of slog.Handler.
func (k kept) WithAttrs(attrs []slog.Attr) slog.Handler {
	return kept{k.Handler.WithAttrs(attrs), k.lines}
}

// WithGroup is that of slog.Handler.
func (k kept) WithGroup(name string) slog.Handler { return kept{k.Handler.WithGroup(name), k.lines} }

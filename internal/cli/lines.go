package cli

import (
	"io"
	"sync"
)

// maxPending is how many bytes of lines wait at most for a reader who does not keep up. Then those who log wait.
const maxPending = 1 << 20

// lines writes the lines that a server logs, one after another, beside the requests: those that come while one is written go
// together with the next. So no request waits for whoever reads the log, and under load there are many lines to a system call.
type lines struct {
	to   io.Writer
	done chan struct{}

	mu      sync.Mutex
	changed *sync.Cond
	pending []byte
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
	l.pending = append(l.pending, line...)
	l.changed.Broadcast()
	return len(line), nil
}

// Close returns when all lines are written.
func (l *lines) Close() error {
	l.mu.Lock()
	l.closed = true
	l.changed.Broadcast()
	l.mu.Unlock()
	<-l.done
	return nil
}

func (l *lines) run() {
	defer close(l.done)
	var written []byte // its memory takes turns with pending's
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		for len(l.pending) == 0 && !l.closed {
			l.changed.Wait()
		}
		if len(l.pending) == 0 {
			return
		}
		l.pending, written = written[:0], l.pending
		l.changed.Broadcast()
		l.mu.Unlock()
		_, _ = l.to.Write(written)
		l.mu.Lock()
	}
}

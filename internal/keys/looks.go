package keys

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"latchkey/internal/store"
)

// looks are the looks at the records that someone waits for.
type looks struct {
	wanted chan struct{} // has an element while one is wanted

	mu      sync.Mutex
	pending *pendingLook // the next one; nil if nobody waits for it
}

type pendingLook struct {
	done chan struct{}
	err  error // once done is closed
}

func newLooks() looks { return looks{wanted: make(chan struct{}, 1)} }

// next waits for a look that begins after the call, and returns what became of it, or that ctx is done. One that is under way
// does not count: it may have read the records before they changed.
func (l *looks) next(ctx context.Context) error {
	l.mu.Lock()
	if l.pending == nil {
		l.pending = &pendingLook{done: make(chan struct{})}
		l.wanted <- struct{}{}
	}
	awaited := l.pending
	l.mu.Unlock()
	select {
	case <-awaited.done:
		return awaited.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// begin takes the next look from those who wait; the caller tells them by finish.
func (l *looks) begin() *pendingLook {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.wanted:
	default: // Run has it, or nobody waits
	}
	begun := l.pending
	l.pending = nil
	return begun
}

func (p *pendingLook) finish(err error) {
	if p != nil {
		p.err = err
		close(p.done)
	}
}

// Run looks at the records and the directory every 5 seconds, and at once when a token names an unknown key or Ready is not
// sure, at most once a second. It returns when ctx is done; from then on who waits for a look waits in vain.
func (r *Ring) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	wanted := r.looks.wanted
	var rested <-chan time.Time // while nobody's wish is heard
	for {
		select {
		case <-ctx.Done():
			return
		case <-rested:
			wanted, rested = r.looks.wanted, nil
			continue
		case <-wanted:
		case <-tick.C:
		}
		limited, cancel := context.WithTimeout(ctx, lookWithin)
		r.report(ctx, r.look(limited))
		cancel()
		wanted, rested = nil, time.After(lookPause)
	}
}

// look loads the keys anew, and tells everyone who waits for that.
func (r *Ring) look(ctx context.Context) error {
	begun := r.looks.begin()
	before := r.seen.Load().set
	loaded, err := r.load(ctx, before)
	if err == nil {
		if before != nil {
			r.recordChange(ctx, before.recorded, loaded.recorded)
		}
		if loaded.serves() {
			r.serving.Store(loaded)
		}
		r.seen.Store(&sight{set: loaded, problem: loaded.problem(r.dir)})
	}
	begun.finish(err)
	return err
}

// report logs what has become worse or better since the last look.
func (r *Ring) report(ctx context.Context, err error) {
	level, text := slog.LevelError, ""
	var causes []any
	switch seen := r.seen.Load(); {
	case err != nil: // the cause may read differently every time
		level, text, causes = slog.LevelWarn, "the keys can't be looked at", []any{"cause", store.Redact(err)}
	case seen.problem != nil:
		text = "the keys are not those of the database: " + seen.problem.Error()
	case seen.complaint(r.dir) != nil:
		text = seen.complaint(r.dir).Error()
	}
	if text == r.logged {
		return
	}
	r.logged = text
	if text == "" {
		level, text = slog.LevelInfo, "the keys could be looked at, and are those of the database"
	}
	r.log.Log(ctx, level, text, causes...)
}

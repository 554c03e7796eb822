package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// A database that is frozen refuses nothing, and one statement that takes long tells nothing about it: it may be a search. Nor can an
// operation be limited to less than the 5 seconds that it may wait for a hash. So the database is asked all the time, on a connection
// that nothing else waits for. Both together are the longest that a fault goes unnoticed.
const (
	askEvery = 500 * time.Millisecond
	askLimit = 1500 * time.Millisecond // far more than an answer takes, also on a busy machine
)

// errSilent is why an Answering context has ended.
var errSilent = fmt.Errorf("%w: the database does not answer", ErrUnavailable)

// answers is a time in which the database answers.
type answers struct {
	ctx context.Context
	end context.CancelCauseFunc
}

func newAnswers() *answers {
	ctx, end := context.WithCancelCause(context.Background())
	return &answers{ctx, end}
}

// Answering returns a context that lasts as long as the database answers. What waits for it, or for anything else before it needs it,
// should not wait any longer then. While it does not answer the context has ended already. Somebody has to Watch; until then, and
// on SQLite, it lasts.
func (db *DB) Answering() context.Context { return db.answers.Load().ctx }

// Watch asks MySQL twice a second whether it is there, until ctx is done, and logs when that changes. A refusal is an answer too.
func (db *DB) Watch(ctx context.Context, log *slog.Logger) {
	if !db.isMySQL() {
		return
	}
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		err := pingWithin(ctx, db.asked, askLimit)
		now := db.answers.Load()
		switch silent := isSilence(err); {
		case ctx.Err() != nil:
			return
		case silent && now.ctx.Err() == nil:
			log.Error("the database does not answer: all requests are UNAVAILABLE until it does", "cause", err)
			now.end(errSilent)
		case !silent && now.ctx.Err() != nil:
			db.answers.Store(newAnswers())
			log.Info("the database answers again")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

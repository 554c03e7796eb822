package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/go-sql-driver/mysql"

	"latchkey/ent"
)

// attempts is how often a transaction is tried when the database broke it off for another one. On one server, where the other holds
// the lock meanwhile, one more is nearly always enough. On a cluster nobody waits for a lock on another node: of many that want one row at
// once, one succeeds in each round.
const attempts = 20

// Between two tries is a pause of random length: else those that met once would meet again. It is at most firstPause, then twice as much
// each time up to longestPause: together some half a second, 1,020 ms at most.
const (
	firstPause   = 4 * time.Millisecond
	longestPause = 64 * time.Millisecond
)

// ErrOutcomeUnknown means that the connection died during commit, or that nobody waited for the end of it: whether it was
// applied is not known here.
var ErrOutcomeUnknown = errors.New("the commit was not confirmed")

// Tx runs fn in a transaction and commits it, unless fn returns an error: then everything is rolled back and Tx returns
// that error. fn runs again when the database broke the transaction off because of a deadlock, so it must not change
// anything outside of it.
//
// Inside, use only what the tx gives. A row that decides something has to be locked by an UPDATE before it is read:
// under MySQL's REPEATABLE READ a transaction that has read first goes on seeing the old row.
func (db *DB) Tx(ctx context.Context, fn func(*ent.Tx) error) error {
	err, pause := db.try(ctx, fn), firstPause
	for range attempts - 1 {
		if !isDeadlock(err) {
			return err
		}
		select {
		case <-time.After(rand.N(pause)): //nolint:gosec // nobody gains by knowing it
		case <-ctx.Done():
			return err // which says that nothing was applied
		}
		err, pause = db.try(ctx, fn), min(2*pause, longestPause)
	}
	return err
}

func (db *DB) try(ctx context.Context, fn func(*ent.Tx) error) error {
	tx, err := db.write.Tx(ctx)
	if err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed { // also after a panic
			rollBack(ctx, tx)
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	err = commit(ctx, tx)
	committed = err == nil
	if DiedInCommit(err) {
		return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	return err
}

// commit does not wait any longer than ctx, unlike sql.Tx.Commit: a database that hangs would hang everyone. Nobody knows
// then what becomes of it.
func commit(ctx context.Context, tx *ent.Tx) error {
	if ctx.Err() != nil {
		return ctx.Err() // nothing was sent yet
	}
	answered := make(chan error, 1)
	go func() { answered <- tx.Commit() }()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-answered: // at the same moment
		return err
	default:
		return fmt.Errorf("%w: %w", ErrOutcomeUnknown, ctx.Err())
	}
}

// rollBack does not wait any longer than ctx either. Its error is not the one to report: another was first.
func rollBack(ctx context.Context, tx *ent.Tx) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = tx.Rollback()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

// DiedInCommit tells of the error of a commit whether nobody knows what became of it, because MySQL has not answered or does not know
// itself, or whether it was refused. SQLite always answers, and what was cancelled before it was sent is rolled back.
func DiedInCommit(err error) bool {
	if answer, is := errors.AsType[*mysql.MySQLError](err); is {
		return slices.Contains(mysqlUnsure, answer.Number)
	}
	return err != nil && isConnectionLost(err) && !errors.Is(err, sql.ErrTxDone)
}

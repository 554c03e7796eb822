package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-sql-driver/mysql"

	"latchkey/ent"
)

// attempts is how often a transaction is tried when the database broke it off for another one. Each try has as good a
// chance as the one before; more would hide a lock that is held in the wrong order.
const attempts = 5

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
	var err error
	for range attempts {
		if err = db.try(ctx, fn); !isDeadlock(err) {
			return err
		}
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

// DiedInCommit tells of the error of a commit whether MySQL has not answered it, so that nobody knows what became of it, or has
// refused it. SQLite always answers, and what was cancelled before it was sent is rolled back.
func DiedInCommit(err error) bool {
	var refused *mysql.MySQLError
	return err != nil && !errors.As(err, &refused) && isConnectionLost(err) && !errors.Is(err, sql.ErrTxDone)
}

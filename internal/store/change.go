package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Change is one statement on SQLite that changes rows, is a transaction of its own and stays prepared. Safe for concurrent use. What changes
// more, or has to lock a row first, as all has to on a database that is Shared, is for Tx.
//
// Those that come while one is committed are committed together: to wait for the disk takes longer than all the rest, and there is one
// writer.
type Change struct{ prepared }

// NewChange returns a Change, which lasts as long as the DB. The statement has a ? for each argument.
func (db *DB) NewChange(statement string) *Change { return &Change{prepared{db: db, query: statement}} }

// Commit runs and commits the statement and returns how many rows it has found. It waits no longer than ctx: what has begun by then is
// ErrOutcomeUnknown.
func (c *Change) Commit(ctx context.Context, args ...any) (int64, error) {
	statement, err := c.on(ctx, c.db.writes)
	if err != nil {
		return 0, err
	}
	return c.db.changes.commit(ctx, statement, args)
}

func found(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// changes are the Changes that wait for SQLite's one writer.
type changes struct {
	writes *sql.DB

	mu      sync.Mutex
	waiting []*change
	leading bool // whether somebody takes those that wait
}

type change struct {
	statement *sql.Stmt
	args      []any
	begun     atomic.Bool // or given up, by whoever was first
	done      chan struct{}
	found     int64
	err       error
}

func (c *changes) commit(ctx context.Context, statement *sql.Stmt, args []any) (int64, error) {
	own := &change{statement: statement, args: args, done: make(chan struct{})}
	c.mu.Lock()
	c.waiting = append(c.waiting, own)
	lead := !c.leading
	c.leading = true
	c.mu.Unlock()
	if lead {
		go c.lead() //nolint:contextcheck // it does what others wait for too
	}
	select {
	case <-own.done:
		return own.found, own.err
	case <-ctx.Done():
	}
	if own.begun.CompareAndSwap(false, true) {
		return 0, ctx.Err()
	}
	select {
	case <-own.done: // at the same moment
		return own.found, own.err
	default:
		return 0, fmt.Errorf("%w: %w", ErrOutcomeUnknown, ctx.Err())
	}
}

// lead commits what waits until nothing does.
func (c *changes) lead() {
	for {
		c.mu.Lock()
		taken := c.waiting
		var begun []*change
		for _, each := range taken {
			if each.begun.CompareAndSwap(false, true) {
				begun = append(begun, each)
			}
		}
		c.waiting, c.leading = nil, len(taken) > 0
		c.mu.Unlock()
		if len(taken) == 0 {
			return
		}
		c.run(begun)
		for _, each := range begun {
			close(each.done)
		}
	}
}

// run commits all of them together if it can. Where one fails, which may have taken back those before it, each is tried alone.
func (c *changes) run(all []*change) {
	ctx := context.Background() // whoever waits may go, it does not
	if len(all) > 1 {
		tx, err := c.writes.BeginTx(ctx, nil)
		if err == nil {
			err = execAll(ctx, tx, all)
		}
		if err == nil {
			err = tx.Commit()
			for _, each := range all {
				each.err = err
			}
			return
		}
	}
	for _, each := range all {
		each.found, each.err = found(each.statement.ExecContext(ctx, each.args...))
	}
}

func execAll(ctx context.Context, tx *sql.Tx, all []*change) (err error) {
	for _, each := range all {
		each.found, err = found(tx.StmtContext(ctx, each.statement).ExecContext(ctx, each.args...)) //nolint:sqlclosecheck // the transaction does
		if err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return nil
}

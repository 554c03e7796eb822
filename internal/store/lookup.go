package store

import (
	"context"
	"database/sql"
	"sync/atomic"
)

// Lookup is a query for at most one row that is asked so often that the database keeps it prepared, on each connection from its first
// use there on. Safe for concurrent use.
type Lookup struct {
	db       *DB
	query    string
	prepared atomic.Pointer[sql.Stmt] // on MySQL; nil before the first use: the tables may not be there yet
}

// NewLookup returns a Lookup, which lasts as long as the DB. The query has a ? for each argument.
func (db *DB) NewLookup(query string) *Lookup { return &Lookup{db: db, query: query} }

// Row puts the columns of the row into dest: pointers to string, *string (nil for NULL), []byte, int, bool and time.Time. The arguments
// are strings and ints. The error is sql.ErrNoRows if there is no row.
func (l *Lookup) Row(ctx context.Context, args []any, dest ...any) error {
	if l.db.points != nil {
		return l.db.points.row(ctx, l.query, args, dest)
	}
	statement, err := l.statement(ctx)
	if err != nil {
		return err
	}
	return statement.QueryRowContext(ctx, args...).Scan(dest...)
}

func (l *Lookup) statement(ctx context.Context) (*sql.Stmt, error) {
	if known := l.prepared.Load(); known != nil {
		return known, nil
	}
	made, err := l.db.read.PrepareContext(ctx, l.query)
	if err != nil {
		return nil, err
	}
	if !l.prepared.CompareAndSwap(nil, made) { // another request was first
		return l.prepared.Load(), made.Close()
	}
	return made, nil
}

package store

import (
	"context"
	"database/sql"
	"sync/atomic"
)

// prepared is a statement that is asked for so often that the database keeps it prepared, on each connection from its first use
// there on.
type prepared struct {
	db        *DB
	query     string
	statement atomic.Pointer[sql.Stmt] // nil before the first use: the tables may not be there yet
}

func (p *prepared) on(ctx context.Context, pool *sql.DB) (*sql.Stmt, error) {
	if known := p.statement.Load(); known != nil {
		return known, nil
	}
	made, err := pool.PrepareContext(ctx, p.query)
	if err != nil {
		return nil, err
	}
	if !p.statement.CompareAndSwap(nil, made) { // another request was first
		return p.statement.Load(), made.Close() //nolint:sqlclosecheck // nobody has it
	}
	return made, nil
}

// Lookup is a query for at most one row that stays prepared. Safe for concurrent use.
type Lookup struct{ prepared }

// NewLookup returns a Lookup, which lasts as long as the DB. The query has a ? for each argument.
func (db *DB) NewLookup(query string) *Lookup { return &Lookup{prepared{db: db, query: query}} }

// Row puts the columns of the row into dest: pointers to string, *string (nil for NULL), []byte, int, bool and time.Time. The arguments
// are strings and ints. The error is sql.ErrNoRows if there is no row.
func (l *Lookup) Row(ctx context.Context, args []any, dest ...any) error {
	if l.db.points != nil {
		return l.db.points.row(ctx, l.query, args, dest)
	}
	statement, err := l.on(ctx, l.db.read) //nolint:sqlclosecheck // it stays
	if err != nil {
		return err
	}
	return statement.QueryRowContext(ctx, args...).Scan(dest...)
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// points are connections to an SQLite file that do nothing but Lookups. They go around database/sql, which takes as long for a point
// read as SQLite itself. A read of one row by its key is over in microseconds, so nobody waits for a connection for long, and none
// is broken off when who asked has gone.
type points struct {
	path   string
	free   chan *sqlite.Conn // nil for one that is not open yet
	closed chan struct{}
	close  func() error
}

func newPoints(path string, connections int) *points {
	p := &points{path: path, free: make(chan *sqlite.Conn, connections), closed: make(chan struct{})}
	for range connections {
		p.free <- nil
	}
	p.close = sync.OnceValue(p.closeAll)
	return p
}

func (p *points) row(ctx context.Context, query string, args, dest []any) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var conn *sqlite.Conn
	select {
	case conn = <-p.free:
	case <-p.closed:
		return sql.ErrConnDone
	case <-ctx.Done():
		return ctx.Err()
	}
	if conn == nil {
		var err error
		if conn, err = p.open(); err != nil {
			p.free <- nil
			return err
		}
	}
	defer func() { p.free <- conn }()
	statement, err := conn.Prepare(query)
	if err != nil {
		return unlessMigrated(err)
	}
	defer statement.Reset() //nolint:errcheck // it repeats the error of the read
	return oneRow(statement, args, dest)
}

// unlessMigrated makes an error of a table that is missing one of a database that is not ready.
func unlessMigrated(err error) error {
	if strings.Contains(err.Error(), "no such table") {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// pointCache is how much of the file each connection keeps in memory at most. Among a million users those who ask are spread over it,
// and a page that has to be read again takes as long as the rest of the look-up.
const pointCache = "PRAGMA cache_size = -16384" // 16 MiB

// open opens the file as it is: it was made before.
func (p *points) open() (*sqlite.Conn, error) {
	conn, err := sqlite.OpenConn(p.path, sqlite.OpenReadOnly)
	if err != nil {
		return nil, err
	}
	conn.SetBusyTimeout(busyTimeout)
	if err := sqlitex.ExecuteTransient(conn, pointCache, nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func oneRow(s *sqlite.Stmt, args, dest []any) error {
	for i, arg := range args {
		switch a := arg.(type) {
		case string:
			s.BindText(i+1, a)
		case int:
			s.BindInt64(i+1, int64(a))
		default:
			return fmt.Errorf("argument %d of a Lookup is a %T", i+1, arg)
		}
	}
	found, err := s.Step()
	if err != nil {
		return err
	}
	if !found {
		return sql.ErrNoRows
	}
	for i, target := range dest {
		if err := column(s, i, target); err != nil {
			return err
		}
	}
	return nil
}

func column(s *sqlite.Stmt, i int, target any) (err error) {
	switch to := target.(type) {
	case *string:
		*to = s.ColumnText(i)
	case **string:
		*to = nil
		if s.ColumnType(i) != sqlite.TypeNull {
			text := s.ColumnText(i)
			*to = &text
		}
	case *[]byte:
		*to = make([]byte, s.ColumnLen(i))
		s.ColumnBytes(i, *to)
	case *int:
		*to = s.ColumnInt(i)
	case *bool:
		*to = s.ColumnBool(i)
	case *time.Time:
		*to, err = time.Parse(sqliteTime, s.ColumnText(i))
		*to = to.UTC()
	default:
		err = fmt.Errorf("column %d of a Lookup goes into a %T", i+1, target)
	}
	return err
}

// closeAll waits for what is being read.
func (p *points) closeAll() error {
	close(p.closed)
	var errs []error
	for range cap(p.free) {
		if conn := <-p.free; conn != nil {
			errs = append(errs, conn.Close())
		}
	}
	return errors.Join(errs...)
}

package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// refusing is a connection on which each statement gets the same answer.
type refusing struct {
	driver.Conn // none
	answer      error
	closed      bool
}

func (c *refusing) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return nil, c.answer
}

func (c *refusing) Close() error { c.closed = true; return nil }

func (c *refusing) Connect(context.Context) (driver.Conn, error) { return c, nil }

func (c *refusing) Driver() driver.Driver { return nil }

func TestOnlyWhatHasNoSuchVariableIsUsedWithoutIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answer error
		used   bool
	}{
		{nil, true},
		{&mysql.MySQLError{Number: 1193}, true},
		{&mysql.MySQLError{Number: 1047}, false},
		{&mysql.MySQLError{Number: 1231}, false},
		{mysql.ErrInvalidConn, false},
	} {
		conn := &refusing{answer: c.answer}
		got, err := causal{conn}.Connect(t.Context())
		if used := err == nil && got != nil; used != c.used || conn.closed == c.used {
			t.Errorf("%v: used %v, closed %v, error %v", c.answer, used, conn.closed, err)
		}
		if !c.used && !errors.Is(err, c.answer) {
			t.Errorf("%v: the error is %v", c.answer, err)
		}
	}
}

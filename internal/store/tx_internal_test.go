package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/go-sql-driver/mysql"
)

func TestDiedInCommit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"a commit that was confirmed", nil, false},
		{"a connection that broke", mysql.ErrInvalidConn, true},
		{"a connection that ended", io.EOF, true},
		{"a connection that ended within the answer", io.ErrUnexpectedEOF, true},
		{"a bad connection", driver.ErrBadConn, true},
		{"a network that failed", &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}, true},
		{"a deadlock found at commit", &mysql.MySQLError{Number: 1213}, false},
		{"a node that lost its cluster meanwhile", &mysql.MySQLError{Number: 1180}, true},
		{"a commit that was interrupted", &mysql.MySQLError{Number: 1317}, true},
		{"a connection that was killed", &mysql.MySQLError{Number: 1927}, true},
		{"a node that is not prepared", &mysql.MySQLError{Number: 1047}, false},
		{"a server that refused", &mysql.MySQLError{Number: 1053}, false},
		{"a transaction that was rolled back before", sql.ErrTxDone, false},
		{"a commit that was cancelled before it was sent", context.Canceled, false},
		{"a commit whose time was over before it was sent", context.DeadlineExceeded, false},
		{"another error", errors.New("no space left"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := DiedInCommit(c.err); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if c.err == nil {
				return
			}
			if got := DiedInCommit(fmt.Errorf("ent: %w", c.err)); got != c.want {
				t.Errorf("wrapped: got %v, want %v", got, c.want)
			}
		})
	}
}

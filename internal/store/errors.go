package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
	zombiezen "zombiezen.com/go/sqlite"
)

// MySQL's numbers for what neither the request nor the code is to blame for.
var (
	mysqlDeadlock = []uint16{
		1205, // lock wait timeout
		1213, // deadlock; on a cluster also a conflict found at commit
	}
	mysqlAway = []uint16{
		1040, // too many connections
		1047, // WSREP: node not prepared for use
		1053, // server shutdown in progress
		1142, // command denied to the user
		1146, // no such table: not migrated
		1203, // too many connections of this user
		1290, // read-only
		1461, // too many prepared statements
		1615, // a prepared statement whose table is being changed
		1317, // interrupted: by a server that shuts down, or a node that leaves its cluster
		1927, // connection was killed
	}
	// In answer to a COMMIT these do not say that it was rolled back: another node may have applied what this one gave up.
	mysqlUnsure = []uint16{
		1180, // error during COMMIT: the node lost its cluster meanwhile
		1317,
		1927,
	}
)

// ErrUnavailable is for other packages to wrap: something else that belongs to the database is away, as good as the database
// itself.
var ErrUnavailable = errors.New("unavailable")

// Unavailable tells whether err means that the database is away or overloaded, and that nothing was applied.
func Unavailable(err error) bool {
	if errors.Is(err, ErrOutcomeUnknown) {
		return false
	}
	if errors.Is(err, ErrUnavailable) {
		return true
	}
	var answer *mysql.MySQLError
	if errors.As(err, &answer) {
		return slices.Contains(mysqlAway, answer.Number) || isDeadlock(err)
	}
	switch sqliteCode(err) {
	case sqlite3.SQLITE_ERROR:
		return strings.Contains(err.Error(), "no such table") // not migrated
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return true
	}
	return isConnectionLost(err) || errors.Is(err, context.DeadlineExceeded)
}

// isLockTimeout tells whether MySQL gave up waiting for a row or a table.
func isLockTimeout(err error) bool {
	answer, is := errors.AsType[*mysql.MySQLError](err)
	return is && answer.Number == 1205
}

// TakenColumn returns the column of the users table whose unique index refused a value, or "" if err is about something
// else.
func TakenColumn(err error) string {
	var answer *mysql.MySQLError
	text := ""
	switch {
	case errors.As(err, &answer) && answer.Number == 1062:
		// Only the name of the key counts: the duplicate value, which stands before it, is the sender's.
		text = answer.Message[max(0, strings.LastIndex(answer.Message, " key ")):]
	case sqliteCode(err) == sqlite3.SQLITE_CONSTRAINT:
		text = err.Error()
	}
	for _, column := range []string{"email", "username"} {
		if strings.Contains(text, "user_"+column) || strings.Contains(text, "users."+column) {
			return column
		}
	}
	return ""
}

// Redact returns err without the parts that may repeat a value: MySQL's messages quote the statement, and with it hashes
// and addresses. For logs of requests.
func Redact(err error) error {
	var answer *mysql.MySQLError
	if errors.As(err, &answer) {
		return fmt.Errorf("MySQL error %d (SQLSTATE %s)", answer.Number, answer.SQLState[:])
	}
	return err
}

// isSilence tells whether err means that the database did not answer at all. MySQL's refusals are answers.
func isSilence(err error) bool {
	var answer *mysql.MySQLError
	return !errors.As(err, &answer) && (isConnectionLost(err) || errors.Is(err, context.DeadlineExceeded))
}

func isDeadlock(err error) bool {
	var answer *mysql.MySQLError
	return errors.As(err, &answer) && slices.Contains(mysqlDeadlock, answer.Number)
}

func isConnectionLost(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) { // which calls itself a net.Error
		return false
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isNetwork(err)
}

// isNetwork does not count errors of files: every number of a system call is a net.Error by its methods.
func isNetwork(err error) bool {
	var network net.Error
	var path *fs.PathError
	var link *os.LinkError
	return errors.As(err, &network) && !errors.As(err, &path) && !errors.As(err, &link)
}

// sqliteCode is the primary result code, whichever of the two libraries the error is of, or 0 for other errors.
func sqliteCode(err error) int {
	var answer *sqlite.Error
	if errors.As(err, &answer) {
		return answer.Code() & 0xff
	}
	if code := zombiezen.ErrCode(err).ToPrimary(); code != zombiezen.ResultError { // which it says of all that it does not know, too
		return int(code)
	}
	return 0
}

package store_test

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
	"strings"
	"syscall"
	"testing"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/go-sql-driver/mysql"
	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

func mysqlError(number uint16, message string) error {
	return &mysql.MySQLError{Number: number, SQLState: [5]byte{'H', 'Y', '0', '0', '0'}, Message: message}
}

func TestTakenColumnOfMySQL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"MariaDB's e-mail", mysqlError(1062, "Duplicate entry 'a@b.c' for key 'user_email'"), "email"},
		{"MariaDB's username", mysqlError(1062, "Duplicate entry 'alice' for key 'user_username'"), "username"},
		{"MySQL 8's e-mail", mysqlError(1062, "Duplicate entry 'a@b.c' for key 'users.user_email'"), "email"},
		{"MySQL 8's username", mysqlError(1062, "Duplicate entry 'alice' for key 'users.user_username'"), "username"},
		{"a value that names the other key", mysqlError(1062,
			"Duplicate entry 'x' for key 'user_username'@b.c' for key 'user_email'"), "email"},
		{"a value that names the other key in MySQL's way", mysqlError(1062,
			"Duplicate entry 'x key 'users.user_email'' for key 'users.user_username'"), "username"},
		{"a value that names a key where the real one is another", mysqlError(1062,
			"Duplicate entry 'key 'user_email'' for key 'PRIMARY'"), ""},
		{"the primary key", mysqlError(1062, "Duplicate entry '1' for key 'users.PRIMARY'"), ""},
		{"an empty message", mysqlError(1062, ""), ""},
		{"another error about the column", mysqlError(1054, "Unknown column for key 'user_email'"), ""},
		{"a wrapped one", fmt.Errorf("ent: %w", mysqlError(1062, "Duplicate entry 'x' for key 'user_email'")), "email"},
		{"a joined one", errors.Join(io.EOF, mysqlError(1062, "Duplicate entry 'x' for key 'user_email'")), "email"},
		{"another error with that text", errors.New("UNIQUE constraint failed: users.email"), ""},
		{"no error", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := store.TakenColumn(c.err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTakenColumnOfARealDatabase(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.OpenMigrated(t, url)
		ctx := t.Context()
		// Each value names the other column's index, so that only the name of the violated one can tell.
		const email, username = "x' for key 'user_username'@example.org", "user_email"
		first := uuid.Must(uuid.NewV7())
		add := func(id uuid.UUID, email, username string) error {
			return db.Tx(ctx, func(tx *ent.Tx) error {
				return tx.User.Create().SetID(id).SetEmail(email).SetUsername(username).SetPasswordHash("none").
					SetCreatedAt(noon).SetUpdatedAt(noon).Exec(ctx)
			})
		}
		if err := add(first, email, username); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name string
			err  error
			want string
		}{
			{"the e-mail address", add(uuid.Must(uuid.NewV7()), email, "another"), "email"},
			{"the username", add(uuid.Must(uuid.NewV7()), "another@example.org", username), "username"},
			{"the id", add(first, "third@example.org", "third"), ""},
			{"a foreign key", createSessionOfNobody(t, db), ""},
		} {
			if got := store.TakenColumn(c.err); c.err == nil || got != c.want {
				t.Errorf("%s: got %q from %v, want %q", c.name, got, c.err, c.want)
			}
			if store.Unavailable(c.err) {
				t.Errorf("%s: unavailable: %v", c.name, c.err)
			}
			if text := store.Redact(c.err).Error(); strings.Contains(text, "example.org") || strings.Contains(text, "' for key") {
				t.Errorf("%s: the redacted error repeats a value: %s", c.name, text)
			}
		}
		expectUsers(t, db, 1)
	})
}

func createSessionOfNobody(t testing.TB, db *store.DB) error {
	t.Helper()
	return db.Tx(t.Context(), func(tx *ent.Tx) error {
		return tx.Session.Create().SetID(uuid.Must(uuid.NewV7())).SetUserID(uuid.Must(uuid.NewV7())).
			SetCreatedAt(noon).SetExpiresAt(noon).Exec(t.Context())
	})
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"too many connections", mysqlError(1040, ""), true},
		{"a cluster node that is not ready", mysqlError(1047, ""), true},
		{"a server that shuts down", mysqlError(1053, ""), true},
		{"too many connections of this user", mysqlError(1203, ""), true},
		{"waiting too long for a lock", mysqlError(1205, ""), true},
		{"a deadlock", mysqlError(1213, ""), true},
		{"a server that only reads", mysqlError(1290, ""), true},
		{"a statement that was interrupted", mysqlError(1317, ""), true},
		{"a killed connection", mysqlError(1927, ""), true},
		{"a wrong password", mysqlError(1045, ""), false},
		{"a duplicate", mysqlError(1062, ""), false},
		{"a syntax error", mysqlError(1064, ""), false},
		{"a refused connection", refused, true},
		{"a connection that is reset", &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, true},
		{"a system call that is refused a connection", syscall.ECONNREFUSED, true},
		{"a socket that is not there", &net.OpError{Op: "dial", Net: "unix", Err: os.NewSyscallError("connect", syscall.ENOENT)}, true},
		{"a file that is a directory", &fs.PathError{Op: "read", Path: ".", Err: syscall.EISDIR}, false},
		{"a file that can't be moved", &os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.EXDEV}, false},
		{"a bad connection", driver.ErrBadConn, true},
		{"an invalid connection", mysql.ErrInvalidConn, true},
		{"a connection that is returned", sql.ErrConnDone, true},
		{"the end of the connection", io.EOF, true},
		{"the end of the connection within an answer", io.ErrUnexpectedEOF, true},
		{"no answer in time", context.DeadlineExceeded, true},
		{"a client that is gone", context.Canceled, false},
		{"nothing found", &ent.NotFoundError{}, false},
		{"a connection that died in commit", fmt.Errorf("%w: %w", store.ErrOutcomeUnknown, mysql.ErrInvalidConn), false},
		{"a deadlock after a commit of unknown outcome", errors.Join(store.ErrOutcomeUnknown, mysqlError(1213, "")), false},
		{"another error", errors.New("connection refused"), false},
		{"no error", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := store.Unavailable(c.err); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if c.err == nil {
				return
			}
			if got := store.Unavailable(fmt.Errorf("ent: %w", c.err)); got != c.want {
				t.Errorf("wrapped: got %v, want %v", got, c.want)
			}
		})
	}
}

func TestUnavailableOnSQLite(t *testing.T) {
	t.Parallel()
	t.Run("when the file is gone", func(t *testing.T) {
		t.Parallel()
		_, err := tryOpen(t.Context(), "sqlite:"+t.TempDir())
		if err == nil {
			t.Fatal("a directory was opened")
		}
	})
	t.Run("when it is not migrated", func(t *testing.T) {
		t.Parallel()
		_, err := testdb.Open(t, testdb.SQLite(t)).Read.User.Query().Count(t.Context())
		if !store.Unavailable(err) {
			t.Errorf("a missing table: %v", err)
		}
		_, err = testdb.Open(t, testdb.SQLite(t)).Read.User.Query().Where(func(s *entsql.Selector) { s.Where(entsql.ExprP("no such syntax")) }).Count(t.Context())
		if err == nil || store.Unavailable(err) {
			t.Errorf("error %v; want one that is a defect", err)
		}
	})
}

func TestRedact(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-SECRET"
	duplicate := mysqlError(1062, "Duplicate entry '"+secret+"' for key 'user_email'")
	for name, err := range map[string]error{
		"a duplicate":    duplicate,
		"a wrapped one":  fmt.Errorf("ent: constraint failed: %w", duplicate),
		"a joined one":   errors.Join(errors.New("first"), duplicate),
		"a syntax error": mysqlError(1064, "near '"+secret+"' at line 1"),
		"a long value":   mysqlError(1406, "Data too long for column '"+secret+"'"),
	} {
		t.Run("hides the values in "+name, func(t *testing.T) {
			t.Parallel()
			got := store.Redact(err)
			if text := got.Error(); strings.Contains(text, secret) || !strings.Contains(text, "SQLSTATE HY000") {
				t.Errorf("got %q", text)
			}
			var hidden *mysql.MySQLError
			if errors.As(got, &hidden) {
				t.Errorf("%q can be unwrapped", got)
			}
		})
	}
	for _, err := range []error{nil, io.EOF, context.Canceled, store.ErrServed} {
		t.Run(fmt.Sprintf("keeps %v", err), func(t *testing.T) {
			t.Parallel()
			if got := store.Redact(err); !errors.Is(got, err) || (err != nil && got.Error() != err.Error()) {
				t.Errorf("got %v", got)
			}
		})
	}
}

package cli

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"

	"latchkey/internal/store"
)

func TestImportThatStopsDoesNotRepeatTheStatement(t *testing.T) {
	t.Parallel()
	var s importSummary
	err := s.with(&mysql.MySQLError{Number: 1064, Message: "syntax error near 'hunter2'"})
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "1064") || s.Complete {
		t.Errorf("%v", err)
	}
}

func TestImportThatStopsSaysWhatHelps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{context.Canceled, "interrupted: run it again for the rest"},
		{fmt.Errorf("ent: %w", driver.ErrBadConn), "stopped: ent: driver: bad connection: run it again for the rest"},
		{fmt.Errorf("%w: x", store.ErrOutcomeUnknown), "stopped: " + store.ErrOutcomeUnknown.Error() + ": x: run it again for the rest"},
		{fileError{&fs.PathError{Op: "read", Path: "users.csv", Err: syscall.EIO}}, "stopped: read users.csv: input/output error: mend it and run it again"},
		{errors.New("a defect"), "stopped: a defect"},
	} {
		var s importSummary
		if err := s.with(c.err); err == nil || err.Error() != c.want || s.Complete {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

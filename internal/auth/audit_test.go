package auth

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/audit"
	"latchkey/internal/store"
)

var (
	errBroken   = errors.New("broken")
	errDeadlock = &mysql.MySQLError{Number: 1213}
)

// The commit goes through to the database, and what it answers is then replaced.
func TestAnEventIsRecordedForWhatWasCommittedAndOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, db *store.DB) {
		for name, c := range map[string]struct {
			work, commits []error // of each attempt
			want          string
		}{
			"committed":                        {[]error{nil}, []error{nil}, `"actor":"operator"}`},
			"rolled back":                      {[]error{errBroken}, nil, ""},
			"run again after a deadlock":       {[]error{errDeadlock, nil}, []error{nil}, `"actor":"operator"}`},
			"run again after one at the end":   {[]error{nil, nil}, []error{errDeadlock, nil}, `"actor":"operator"}`},
			"refused at the end":               {[]error{nil}, []error{errBroken}, ""},
			"cut off at the end, by whomever":  {[]error{nil}, []error{driver.ErrBadConn}, `"outcome":"unknown"}`},
			"cut off at the end, by the other": {[]error{nil}, []error{mysql.ErrInvalidConn}, `"outcome":"unknown"}`},
		} {
			var log bytes.Buffer
			counted := 0
			s := &Service{audit: audit.New(slog.New(slog.NewJSONHandler(&log, nil)), func(audit.Event) { counted++ })}
			attempt := -1
			_ = db.Tx(t.Context(), func(tx *ent.Tx) error {
				attempt++
				s.onceCommitted(t.Context(), tx, audit.Event{Name: audit.UserDeleted, UserID: uuid.Must(uuid.NewV7())})
				if c.work[attempt] == nil {
					answer := c.commits[0]
					c.commits = c.commits[1:]
					tx.OnCommit(func(next ent.Committer) ent.Committer {
						return ent.CommitFunc(func(ctx context.Context, tx *ent.Tx) error { return errors.Join(next.Commit(ctx, tx), answer) })
					})
				}
				return c.work[attempt]
			})
			if want := min(1, len(c.want)); strings.Count(log.String(), "\n") != want || counted != want || !strings.Contains(log.String(), c.want) {
				t.Errorf("%s: counted %d, recorded %q", name, counted, log.String())
			}
			if attempt != len(c.work)-1 {
				t.Errorf("%s: %d attempts", name, attempt+1)
			}
		}
	})
}

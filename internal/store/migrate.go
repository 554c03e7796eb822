package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"latchkey/ent/migrate"
)

// Migration is a step from one schema to the next.
type Migration struct {
	Name      string
	AppliedAt time.Time // zero if it is pending
	Newer     bool      // of a newer latchkey, which has applied it; of its name only the number is known here
}

func newProvider(dialect goose.Dialect, pool *sql.DB, locker lock.Locker) (*goose.Provider, error) {
	folder := "sqlite"
	if dialect == goose.DialectMySQL {
		folder = "mysql"
	}
	files, err := fs.Sub(migrate.Files, folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, pool, files, goose.WithLocker(locker), goose.WithDisableGlobalRegistry(true))
}

// explain says what to do about a migration that failed. SQLite has taken it back; MySQL can't, and has kept its first statements, or
// it fails because one that was interrupted did.
func (db *DB) explain(err error) error {
	failed, half := errors.AsType[*goose.PartialError](err)
	if !half || !db.isMySQL() {
		return err
	}
	if isLockTimeout(err) {
		return fmt.Errorf("migration %s waits for a transaction that has had its table all the time, a backup's perhaps: try again when that has ended: %w",
			name(failed.Failed.Source), failed.Err)
	}
	return fmt.Errorf("migration %s is done in part, by an earlier start that was interrupted or by this one, and MySQL can't take that "+
		"back: restore the backup, or finish it by hand, as docs/operations.md says under \"Interrupted migration\": %w",
		name(failed.Failed.Source), failed.Err)
}

// ErrNothingApplied means that there is no migration to take back.
var ErrNothingApplied = errors.New("no migration is applied")

// ErrNewerSchema means that the last migration came from a newer latchkey.
var ErrNewerSchema = errors.New("the last migration is not known here: use the latchkey that applied it")

// MigrateDown takes back the migration that was applied last, and returns it, or ErrNothingApplied or ErrNewerSchema.
func (db *DB) MigrateDown(ctx context.Context) (Migration, error) {
	result, err := db.migrations.Down(ctx)
	if errors.Is(err, goose.ErrNoNextVersion) {
		return Migration{}, ErrNothingApplied
	}
	if errors.Is(err, goose.ErrVersionNotFound) {
		return Migration{}, ErrNewerSchema
	}
	if err != nil {
		return Migration{}, db.explain(err)
	}
	return Migration{Name: name(result.Source)}, nil
}

// Migrations returns all migrations that this binary knows, oldest first, and then those that only a newer one knows, in the order in
// which they were applied.
func (db *DB) Migrations(ctx context.Context) ([]Migration, error) {
	statuses, err := db.migrations.Status(ctx)
	if err != nil {
		return nil, err
	}
	var all []Migration
	known := map[int64]bool{0: true} // goose's own beginning
	for _, status := range statuses {
		known[status.Source.Version] = true
		all = append(all, Migration{Name: name(status.Source), AppliedAt: status.AppliedAt})
	}
	rows, err := db.read.QueryContext(ctx, "SELECT version_id, tstamp FROM goose_db_version ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // what it could not read is in rows.Err
	for rows.Next() {
		var version int64
		var at time.Time
		if err := rows.Scan(&version, &at); err != nil {
			return nil, err
		}
		if !known[version] {
			all = append(all, Migration{Name: strconv.FormatInt(version, 10), AppliedAt: at, Newer: true})
		}
	}
	return all, rows.Err()
}

// Migrated tells whether no migration is pending. It is also true when a newer latchkey has applied more.
func (db *DB) Migrated(ctx context.Context) (bool, error) {
	pending, err := db.migrations.HasPending(ctx)
	return !pending, err
}

func name(source *goose.Source) string { return source.Path }

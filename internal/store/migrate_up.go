package store

import (
	"context"
	"errors"
	"time"

	"github.com/pressly/goose/v3"
)

// MigrateUp applies all pending migrations and returns them. Processes that do so at once wait for each other: on MySQL up to 5 minutes
// for one that is alive, and for one that was killed in the middle up to 30 seconds, after which goose no longer believes in its lock.
func (db *DB) MigrateUp(ctx context.Context) ([]Migration, error) {
	if done, err := db.migratedBefore(ctx); err == nil && done { // nothing to wait for
		return nil, nil
	}
	applied, err := db.migrateUp(ctx)
	if err != nil && db.beginAgain(ctx) {
		applied, err = db.migrateUp(ctx)
	}
	return applied, db.explain(err)
}

// A statement that alters a table on MySQL waits until no transaction has it any more, a backup's perhaps, and all requests that want the
// table wait behind the statement. So it gives up soon, lets them go on, and comes again.
const (
	tableWait  = time.Second // less than requests have; MySQL counts whole seconds
	tablePause = 2 * time.Second
	tableTries = 20
)

func (db *DB) migrateUp(ctx context.Context) (applied []Migration, err error) {
	for range tableTries {
		var results []*goose.MigrationResult
		results, err = db.migrations.Up(ctx)
		half, is := errors.AsType[*goose.PartialError](err)
		if is {
			results = half.Applied
		}
		for _, result := range results {
			applied = append(applied, Migration{Name: name(result.Source)})
		}
		if !is || !isLockTimeout(err) {
			break
		}
		select {
		case <-time.After(tablePause):
		case <-ctx.Done():
			return applied, err
		}
	}
	return applied, err
}

// migratedBefore is Migrated, but makes no table: others may be about to do that.
func (db *DB) migratedBefore(ctx context.Context) (bool, error) {
	var begun bool
	err := db.read.QueryRowContext(ctx, "SELECT COUNT(*) > 0 FROM goose_db_version").Scan(&begun)
	if err != nil || !begun {
		return false, err
	}
	return db.Migrated(ctx)
}

// beginAgain mends what goose itself has left half done on MySQL: its table without the row that it begins with. It tells whether there
// was that to do.
func (db *DB) beginAgain(ctx context.Context) bool {
	if !db.isMySQL() {
		return false
	}
	begun, err := db.read.ExecContext(ctx, "INSERT INTO goose_db_version (version_id, is_applied) "+
		"SELECT 0, 1 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM goose_db_version)")
	if err != nil {
		return false
	}
	rows, err := begun.RowsAffected()
	return err == nil && rows > 0
}

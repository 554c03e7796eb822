package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"entgo.io/ent/dialect"
	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver
)

// openSQLite opens the file with one connection that writes and several that read. More writers would not write faster,
// and deferred transactions that begin by reading fail as soon as another one has written.
func openSQLite(ctx context.Context, path string) (*DB, error) {
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	busy := fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds())
	write, err := sql.Open("sqlite", sqliteDSN(path, url.Values{
		"_txlock": {"immediate"},
		"_pragma": {busy, "journal_mode(WAL)", "foreign_keys(1)",
			"synchronous(FULL)",                               // NORMAL loses acknowledged commits at power loss
			"temp_store(memory)",                              // for statements that may fail half-way: as fast, and no more files
			"cache_size(-32768)", "wal_autocheckpoint(8000)"}, // an import touches pages all over the indexes, again and again
	}))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", sqliteDSN(path, url.Values{
		"_pragma": {busy, "query_only(1)"},
	}))
	if err != nil {
		return nil, err
	}
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)

	db := newDB(dialect.SQLite, write, read, map[string]*sql.DB{"write": write, "read": read})
	db.points, db.changes = newPoints(path, max(2, runtime.GOMAXPROCS(0))), &changes{writes: write}
	locker := &fileLocker{newFileLock(path + ".migrate.lock")}
	if err := locker.during(ctx, write.PingContext); err != nil { // switches to WAL, which does not wait for other processes
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	db.serving = newFileLock(path + ".lock")
	db.migrations, err = newProvider(goose.DialectSQLite3, write, locker)
	return db, err
}

// busyTimeout is how long a statement waits for another connection's lock.
const busyTimeout = 5 * time.Second

// sqliteTime is how times are written.
const sqliteTime = "2006-01-02 15:04:05.999999999-07:00"

// sqliteDSN writes times as text that sorts, all in one zone.
func sqliteDSN(path string, params url.Values) string {
	params.Set("_time_format", "sqlite")
	params.Set("_timezone", "UTC")
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + params.Encode()
}

// createPrivate makes the file, and its directory, readable by their owner only. SQLite gives the files it puts beside it
// the same mode.
func createPrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func newFileLock(path string) *flock.Flock { return flock.New(path, flock.SetPermissions(0o600)) }

// fileLocker lets one process at a time set up the file and migrate: the server and `latchkey migrate` may meet.
type fileLocker struct{ file *flock.Flock }

func (l *fileLocker) Lock(ctx context.Context, _ *sql.DB) error {
	_, err := l.file.TryLockContext(ctx, 20*time.Millisecond)
	return err
}

func (l *fileLocker) Unlock(context.Context, *sql.DB) error { return l.file.Unlock() }

func (l *fileLocker) during(ctx context.Context, f func(context.Context) error) error {
	if err := l.Lock(ctx, nil); err != nil {
		return err
	}
	return errors.Join(f(ctx), l.Unlock(ctx, nil))
}

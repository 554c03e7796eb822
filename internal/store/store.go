// Package store opens the database and keeps what differs between SQLite and MySQL in one place: connections, migrations,
// transactions, and what an error of the driver means.
//
// Everything else talks to ent: reads go to DB.Read, writes run in DB.Tx.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"

	"latchkey/ent"
)

// DB is an open database. Safe for concurrent use.
type DB struct {
	// Read is for queries outside of a transaction. On SQLite it can't write.
	Read *ent.Client

	write      *ent.Client
	read       *sql.DB  // what is under Read
	writes     *sql.DB  // what is under Tx
	points     *points  // for Lookups; nil on MySQL
	changes    *changes // nil on MySQL
	asked      *sql.DB  // has one connection, for Watch; nil on SQLite
	answers    atomic.Pointer[answers]
	pools      map[string]*sql.DB // by what they are for
	migrations *goose.Provider
	serving    *flock.Flock // nil on MySQL
}

// Open opens the database. MySQL may still be away: see Wait. Close it after use.
func Open(ctx context.Context, u URL) (*DB, error) {
	if u.dialect == dialect.SQLite {
		return openSQLite(ctx, u.path)
	}
	return openMySQL(u.mysql)
}

// Shared tells whether several servers can have the database.
func (db *DB) Shared() bool { return db.isMySQL() }

func (db *DB) isMySQL() bool { return db.asked != nil }

func newDB(driver string, write, read *sql.DB, pools map[string]*sql.DB) *DB {
	client := func(pool *sql.DB) *ent.Client {
		return ent.NewClient(ent.Driver(entsql.OpenDB(driver, pool)))
	}
	db := &DB{Read: client(read), write: client(write), read: read, writes: write, pools: pools}
	db.answers.Store(&answers{ctx: context.Background()})
	return db
}

// Pools are the pools of connections, by what they are for: read and write on SQLite, requests, migrations and watch on MySQL. They are
// for their statistics.
func (db *DB) Pools() map[string]*sql.DB { return db.pools }

// ErrServed means that another server has the SQLite file.
var ErrServed = errors.New("another latchkey serves this SQLite file: one server at a time, or use MySQL")

// Serve claims the database for a server until Close. Two servers on one SQLite file would wait for each other at every
// write, so the second gets ErrServed. MySQL takes any number.
func (db *DB) Serve(ctx context.Context) error {
	if db.serving == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second) // longer than Yield ever has it
	defer cancel()
	locked, err := db.serving.TryLockContext(ctx, 20*time.Millisecond)
	if !locked && (err == nil || errors.Is(err, context.DeadlineExceeded)) {
		err = ErrServed
	}
	return err
}

// yield is how long a server may write between two transactions of a long job.
const yield = 50 * time.Millisecond

// Yield lets a server write that has the same SQLite file, and is for another process that writes without a break. SQLite knows no
// queue: who waits looks again after up to 100 ms, and gives up after 5 s. Where nobody serves, and on MySQL, it returns at once.
func (db *DB) Yield(ctx context.Context) error {
	if db.serving == nil || db.serving.Locked() {
		return nil
	}
	free, err := db.serving.TryRLock()
	if free {
		err = db.serving.Unlock()
	}
	if free || err != nil {
		return err
	}
	select {
	case <-time.After(yield):
	case <-ctx.Done():
	}
	return nil
}

// pingLimit is how long a database that hangs may keep Wait from saying so.
const pingLimit = 2 * time.Second

// Wait returns when the database answers, asking every second while it is away. It gives up after limit, when ctx is done,
// and when waiting would not help (a wrong password, say), with the last reason.
func (db *DB) Wait(ctx context.Context, limit time.Duration, log *slog.Logger) error {
	over := time.After(limit)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		err := pingWithin(ctx, db.read, pingLimit)
		if err == nil || !Unavailable(err) {
			return err
		}
		log.Warn("the database does not answer, trying again", "cause", err)
		select {
		case <-tick.C:
		case <-over:
			return fmt.Errorf("gave up: %w", err)
		case <-ctx.Done():
			return err
		}
	}
}

func pingWithin(ctx context.Context, pool *sql.DB, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return pool.PingContext(ctx)
}

// Close closes all connections and gives up what Serve claimed.
func (db *DB) Close() error {
	var errs []error
	if db.points != nil { // before the others: the last one to go empties the log into SQLite's file, which takes one that may write
		errs = append(errs, db.points.close())
	}
	for _, pool := range db.pools {
		errs = append(errs, pool.Close())
	}
	if db.serving != nil {
		errs = append(errs, db.serving.Close())
	}
	return errors.Join(errs...)
}

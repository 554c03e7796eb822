package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"latchkey/ent"
	"latchkey/ent/lock"
)

// newClaim is a change that can be made once with each id, and was made once: then it is prepared.
func newClaim(t testing.TB, db *DB) *Change {
	t.Helper()
	change := db.NewChange("INSERT INTO locks (id) VALUES (?)")
	if err := commitChange(t.Context(), change, "prepared"); err != nil {
		t.Fatal(err)
	}
	for leading := true; leading; runtime.Gosched() { // until nobody looks for more
		db.changes.mu.Lock()
		leading = db.changes.leading
		db.changes.mu.Unlock()
	}
	return change
}

func openHere(t testing.TB) *DB {
	t.Helper()
	db, err := openSQLite(t.Context(), filepath.Join(t.TempDir(), "latchkey.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// whileTheWriterIsBusy starts n changes and lets them go on once the first was taken and all others wait.
func whileTheWriterIsBusy(t testing.TB, db *DB, n int, start func(i int)) {
	t.Helper()
	var group sync.WaitGroup
	err := db.Tx(t.Context(), func(*ent.Tx) error {
		for i := range n {
			group.Go(func() { start(i) })
			awaitWaiting(db, i)
		}
		return nil
	})
	group.Wait()
	if err != nil {
		t.Fatal(err)
	}
}

// awaitWaiting returns when one change was taken and so many wait behind it.
func awaitWaiting(db *DB, n int) {
	for waits := false; !waits; runtime.Gosched() {
		db.changes.mu.Lock()
		waits = db.changes.leading && len(db.changes.waiting) == n
		db.changes.mu.Unlock()
	}
}

// commits counts what SQLite has committed since its log was emptied last: the frames that say how large the file is then
// (https://sqlite.org/fileformat2.html, section 4.1).
func commits(t testing.TB, db *DB) (n int) {
	t.Helper()
	const header, frame, page = 32, 24, 4096
	log, err := os.ReadFile(db.points.path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	for at := header; at+frame+page <= len(log); at += frame + page {
		if binary.BigEndian.Uint32(log[at+4:]) != 0 {
			n++
		}
	}
	return n
}

func claims(t testing.TB, db *DB) int {
	t.Helper()
	n, err := db.Read.Lock.Query().Where(lock.IDNotIn("administrators", "prepared")).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestChangesThatWaitAreCommittedTogether(t *testing.T) {
	t.Parallel()
	db := openHere(t)
	change := newClaim(t, db)
	before := commits(t, db)
	whileTheWriterIsBusy(t, db, 50, func(i int) {
		if found, err := change.Commit(t.Context(), fmt.Sprintf("claim %d", i)); found != 1 || err != nil {
			t.Error(i, found, err)
		}
		if _, err := db.Read.Lock.Get(t.Context(), fmt.Sprintf("claim %d", i)); err != nil {
			t.Errorf("claim %d was acknowledged, and is not there: %v", i, err)
		}
	})
	if n, made := claims(t, db), commits(t, db)-before; n != 50 || made != 2 { // the one that was taken first, and all others
		t.Errorf("%d of 50 are there, after %d commits", n, made)
	}
}

func TestAChangeThatFailsTakesNoOtherWithIt(t *testing.T) {
	t.Parallel()
	db := openHere(t)
	change := newClaim(t, db)
	var mu sync.Mutex
	failed := 0
	whileTheWriterIsBusy(t, db, 30, func(i int) { // three want each
		if _, err := change.Commit(t.Context(), fmt.Sprintf("claim %d", i/3)); err != nil {
			mu.Lock()
			failed++
			mu.Unlock()
		}
	})
	if got := claims(t, db); got != 10 || failed != 20 {
		t.Errorf("%d claims, and %d failed; want 10 and 20", got, failed)
	}
}

func TestAChangeThatNobodyWaitsForAnyMoreIsNotBegun(t *testing.T) {
	t.Parallel()
	db := openHere(t)
	change := newClaim(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Tx(t.Context(), func(*ent.Tx) error {
		first, gone := make(chan error, 1), make(chan error, 1)
		go func() { first <- commitChange(t.Context(), change, "claim 1") }() //nolint:contextcheck // not the one that ends
		awaitWaiting(db, 0)
		go func() { gone <- commitChange(ctx, change, "claim 2") }()
		awaitWaiting(db, 1)
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) || errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("%v, want canceled: it has not begun", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := change.Commit(t.Context(), "claim 3"); err != nil { // after all that waited before
		t.Fatal(err)
	}
	if got := claims(t, db); got != 2 {
		t.Errorf("%d claims, want 2: the one that nobody waited for was made", got)
	}
}

func TestAChangeThatHasBegunIsOfUnknownOutcomeToWhoeverLeaves(t *testing.T) {
	t.Parallel()
	db := openHere(t)
	change := newClaim(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Tx(t.Context(), func(*ent.Tx) error {
		left := make(chan error, 1)
		go func() { left <- commitChange(ctx, change, "claim") }()
		awaitWaiting(db, 0)
		cancel()
		if err := <-left; !errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("%v, want ErrOutcomeUnknown", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func commitChange(ctx context.Context, c *Change, id string) error {
	_, err := c.Commit(ctx, id)
	return err
}

func TestAChangeAfterTheEndFails(t *testing.T) {
	t.Parallel()
	db := openHere(t)
	change := newClaim(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if found, err := change.Commit(t.Context(), "claim 2"); err == nil || errors.Is(err, sql.ErrNoRows) {
		t.Error(found, err)
	}
}

package store_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"latchkey/internal/testdb"
)

// After an orderly end the file alone is the whole database: who copies it then may leave latchkey.db-wal where it is.
func TestAllIsInTheFileAfterTheEnd(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	db := testdb.OpenMigrated(t, url)
	u := mustCreate(t, db, "ada@example.org")
	var f found
	if err := f.by(t.Context(), db.NewLookup(byID), u.ID.String(), 1); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(strings.TrimPrefix(url, "sqlite:") + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, %v: what was committed is only in the write-ahead log", info, err)
	}
}

package store_test

import (
	"testing"

	"latchkey/internal/testdb"
)

// What it is for is tested on a cluster (make cluster). Here: that no connection to MariaDB is without it.
func TestEachConnectionToMariaDBIsCausal(t *testing.T) {
	t.Parallel()
	db, err := tryOpen(t.Context(), testdb.MariaDB(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // read
	for name, pool := range db.Pools() {
		for range 2 { // the second is a new connection
			var waits int
			if err := pool.QueryRowContext(t.Context(), "SELECT @@SESSION.wsrep_sync_wait").Scan(&waits); err != nil || waits != 1 {
				t.Errorf("%s: wsrep_sync_wait is %d, error %v", name, waits, err)
			}
			pool.SetMaxIdleConns(0)
		}
	}
}

package blocklist_test

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/blocklist"
	"latchkey/internal/testdb"
	"latchkey/internal/testhost"
	"latchkey/internal/testleak"
)

// back is when a test gives up waiting for the copy, on however busy a machine. How soon it is complete again `make bench` shows.
const back = time.Minute

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// onBoth runs a story on a migrated database of each kind, each time with a Redis of its own.
func onBoth(t *testing.T, story func(t *testing.T, url string, r *testdb.Redis)) {
	t.Helper()
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			url := kind.URL(t)
			testdb.OpenMigrated(t, url)
			story(t, url, testdb.NewRedis(t))
		})
	}
}

// running is a Copier at work.
type running struct {
	log     *testhost.Log
	seconds *atomic.Int64 // after noon, on its clock
	end     func()        // and wait for it
}

// run keeps a copy until the end of the test, or until end.
func run(t testing.TB, databaseURL, redisURL string) *running {
	t.Helper()
	log, seconds := &testhost.Log{}, &atomic.Int64{}
	testleak.Server(t, log.String, databaseURL, "")
	copier, err := blocklist.New(blocklist.Config{
		DB: testdb.Open(t, databaseURL), URL: redisURL,
		Now: func() time.Time { return noon.Add(time.Duration(seconds.Load()) * time.Second) },
		Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		copier.Run(ctx)
		close(ended)
	}()
	r := &running{log: log, seconds: seconds, end: func() { cancel(); <-ended }}
	t.Cleanup(r.end)
	return r
}

// completes waits until the copier has said n times that its copy is complete.
func (r *running) completes(t testing.TB, n int) {
	t.Helper()
	eventually(t, back, func() bool { return r.log.Count(complete) == n })
}

// block records n ids as another process would, blocked at noon for ttl.
func block(t testing.TB, databaseURL string, n int, ttl time.Duration) []uuid.UUID {
	t.Helper()
	return testdb.FillBlocked(t, databaseURL, n, noon, noon.Add(ttl))
}

// blockLongAgo records ids that a look for what is new does not find.
func blockLongAgo(t testing.TB, databaseURL string, n int) []uuid.UUID {
	t.Helper()
	return testdb.FillBlocked(t, databaseURL, n, noon.Add(-time.Hour), noon.Add(time.Hour))
}

// looks returns when the copier has looked n times from now on.
func looks(t testing.TB, r *testdb.Redis, n int) {
	t.Helper()
	until := calls(t, r, "expire") + n
	eventually(t, back, func() bool { return calls(t, r, "expire") >= until })
}

// calls is how often a command has been called so far.
func calls(t testing.TB, r *testdb.Redis, command string) int {
	t.Helper()
	_, rest, _ := strings.Cut(r.Do("INFO", "commandstats"), "cmdstat_"+command+":calls=")
	number, _, _ := strings.Cut(rest, ",")
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// expect holds that all ids are in the copy within back, and tells how long it took.
func expect(t testing.TB, r *testdb.Redis, ids ...uuid.UUID) {
	t.Helper()
	started := time.Now()
	for chunk := range slices.Chunk(ids, 1000) {
		exists := []string{"EXISTS"}
		for _, id := range chunk {
			exists = append(exists, "latchkey:blocked:"+id.String())
		}
		eventually(t, back-time.Since(started), func() bool { return r.Do(exists...) == strconv.Itoa(len(chunk)) })
	}
	t.Logf("%d ids are there after %v", len(ids), time.Since(started).Round(10*time.Millisecond))
}

// eventually waits for something to happen, and fails the test if it does not within limit.
func eventually(t testing.TB, limit time.Duration, happened func() bool) {
	t.Helper()
	over := time.After(limit)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !happened() {
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("not within %v", limit)
		}
	}
}

const (
	warning  = "can't copy the blocked ids"
	complete = "is complete"
)

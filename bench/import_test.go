package bench_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"latchkey/ent"
	"latchkey/ent/lock"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

// A million accounts with hashes, in the order in which they were made, as systems export them, come in through the command; then all of them again, which finds them
// there; then into another database that is served. Measured are how long it takes, the most memory it has, and how long a server's
// writes wait meanwhile.
func BenchmarkImport(b *testing.B) {
	const n = 1_000_000
	path, err := binary()
	if err != nil {
		b.Fatal(err)
	}
	file := writeAccounts(b, n)
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			for b.Loop() {
				url := kind.URL(b)
				db := testdb.OpenMigrated(b, url)
				for _, when := range []string{"first", "again", "served"} {
					if when == "served" {
						url = kind.URL(b)
						db = testdb.OpenMigrated(b, url)
						if err := db.Serve(b.Context()); err != nil {
							b.Fatal(err)
						}
					}
					command := exec.Command(path, "users", "import", file)
					command.Env, command.SysProcAttr = []string{"LATCHKEY_DATABASE_URL=" + url}, diesWithUs
					work := func() {
						if output, err := command.CombinedOutput(); err != nil {
							b.Errorf("%v: %s", err, output)
						}
					}
					began := time.Now()
					if when == "served" {
						waits := waitWhile(b, db, work)
						b.ReportMetric(micros(median(waits))/1000, "ms/write-p50")
						b.ReportMetric(micros(quantile(waits, 0.99))/1000, "ms/write-p99")
						b.ReportMetric(micros(quantile(waits, 1))/1000, "ms/write-max")
					} else {
						work()
					}
					b.ReportMetric(time.Since(began).Seconds(), "s/"+when)
					b.ReportMetric((command.ProcessState.UserTime() + command.ProcessState.SystemTime()).Seconds(), "cpu-s/"+when)
					b.ReportMetric(float64(command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1024, "MiB/"+when)
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// waitWhile writes ten times a second while work is done, and returns how long each took.
func waitWhile(b *testing.B, db *store.DB, work func()) []time.Duration {
	b.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	var waits []time.Duration
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		began := time.Now()
		err := db.Tx(b.Context(), func(tx *ent.Tx) error {
			return tx.Lock.Update().Where(lock.ID("administrators")).AddVersion(1).Exec(b.Context())
		})
		if err != nil {
			b.Error(err)
		}
		waits = append(waits, time.Since(began))
		select {
		case <-done:
			return waits
		case <-tick.C:
		}
	}
}

func writeAccounts(b *testing.B, n int) string {
	b.Helper()
	file, err := os.Create(filepath.Join(b.TempDir(), "users.ndjson"))
	if err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewWriter(file)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		created := time.Unix(1_500_000_000+int64(i)*250, 0).UTC().Format(time.RFC3339)
		hash := "$2b$10$GxV1IfB.AnQ5mPCxK6z3Z.7vtC8wrs8O/ieMWhmBlKC7hElq3ZfQu"
		if i%2 == 1 {
			hash = "pbkdf2:sha256:50000$8d6X0ctXoV2vtDoE$" + fmt.Sprintf("%016x%016x%016x%016x", random.Uint64(), i, i, i)
		}
		fmt.Fprintf(lines, `{"email":"%016x@example.org","name":"User %d","createdAt":"%s","passwordHash":"%s"}`+"\n", random.Uint64(), i, created, hash) //nolint:errcheck // Flush tells
	}
	if err := lines.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return file.Name()
}

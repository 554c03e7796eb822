//go:build linux

package bench_test

import (
	"testing"
	"time"

	"latchkey/internal/testdb"
)

const (
	people     = 10_000
	blockedIDs = 1_000
)

// 10,000 users ask, each with a token of their own.
func BenchmarkMe(b *testing.B) { benchmarkReads(b, "`me`", askMe) }

func BenchmarkValidateToken(b *testing.B) { benchmarkReads(b, "`validateToken`", askValidateToken) }

func benchmarkReads(b *testing.B, what string, ask func(person) []byte) {
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			server, bare := besideBare(b, kind, ask)
			for b.Loop() {
				compare(b, server, bare).reach(b, what+", "+kind.Name)
				if kind.Name == "MariaDB" && what == "`me`" {
					countRoundTrips(b, server)
				}
			}
		})
	}
}

// besideBare starts a server, and a bare handler that answers the same, and returns the loads for both.
func besideBare(b *testing.B, kind testdb.Kind, ask func(person) []byte) (server, bare drive) {
	b.Helper()
	p := run(b, kind.URL(b))
	testdb.FillBlocked(b, p.database, blockedIDs, time.Now(), time.Now().Add(time.Hour))
	asked := newFixed(p.addPeople(b, people, people), ask)
	return drive{addr: p.addr, traffic: asked}, drive{addr: startBare(b, asked.requests[0], p.addr), traffic: asked.bare()}
}

// countRoundTrips counts the statements that MariaDB is sent. Nobody else uses it meanwhile, but for the server itself, which asks
// twice a second whether it is there.
func countRoundTrips(b *testing.B, server drive) {
	b.Helper()
	db, err := testdb.OpenRaw(testdb.MariaDB(b))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // nothing is written
	statements := func() (sum int) {
		// Preparing one is a round trip too, which Questions does not count.
		rows, err := db.QueryContext(b.Context(), "SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Com_stmt_prepare')")
		if err != nil {
			b.Fatal(err)
		}
		defer rows.Close() //nolint:errcheck // Err tells
		for rows.Next() {
			var name string
			var count int
			if err := rows.Scan(&name, &count); err != nil {
				b.Fatal(err)
			}
			sum += count
		}
		if err := rows.Err(); err != nil {
			b.Fatal(err)
		}
		return sum
	}
	before := statements()
	requests := server.measure(b).answered
	sent := statements() - before
	reach(b, "`me`, MariaDB: round trips to the database", float64(sent)/float64(requests), "%d statements, %d requests", sent, requests)
}

// p99 is compared at half of what the server can do at most, for both.
func BenchmarkMeAtHalfLoad(b *testing.B) {
	const length, halves = 2 * time.Second, 5
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			server, bare := besideBare(b, kind, askMe)
			for b.Loop() {
				server.settle(b)
				half := max(server.measure(b).perSecond, server.measure(b).perSecond) / 2
				server.perSecond, server.during = half, length
				bare.perSecond, bare.during = half, length
				var slow, bareSlow []time.Duration
				var ratios []float64
				for range halves {
					bareP99, p99 := quantile(bare.measure(b).times, 0.99), quantile(server.measure(b).times, 0.99)
					slow, bareSlow, ratios = append(slow, p99), append(bareSlow, bareP99), append(ratios, float64(p99)/float64(bareP99))
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(half, "req/s")
				b.ReportMetric(micros(median(slow)), "µs/p99")
				b.ReportMetric(micros(median(bareSlow)), "µs/bare-p99")
				reach(b, "`me` at half load, "+kind.Name+": p99, times the bare handler's", middle(ratios), "%.2f ms to %.2f ms at %.0f/s",
					micros(median(slow))/1000, micros(median(bareSlow))/1000, half)
			}
		})
	}
}

// A thousand users ask, who are all there are or spread over a million, with as many blocked ids.
func BenchmarkMeAmongAMillion(b *testing.B) {
	const few, million = 1_000, 1_000_000
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			among := func(n int) drive {
				p := run(b, kind.URL(b))
				testdb.FillBlocked(b, p.database, n, time.Now(), time.Now().Add(time.Hour))
				return drive{addr: p.addr, traffic: newFixed(p.addPeople(b, n, few), askMe)}
			}
			small, large := among(few), among(million)
			for b.Loop() {
				small.settle(b)
				compare(b, large, small).reach(b, "`me` among a million users and blocked ids, "+kind.Name+": share of that among 1,000")
			}
		})
	}
}

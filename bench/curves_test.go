//go:build linux

package bench_test

import (
	"testing"
	"time"

	"latchkey/internal/testdb"
)

const (
	curveRounds = 3
	curveUsers  = 1_000 // who ask
)

// compete drives all servers in turn, and adds a point at x for each.
func compete(b *testing.B, c *chart, x int, drives map[string]drive) {
	b.Helper()
	rates, slow := map[string][]float64{}, map[string][]time.Duration{}
	for name, d := range drives {
		if name != bareName {
			d.settle(b)
		}
	}
	for range curveRounds {
		for name, d := range drives {
			done := d.measure(b)
			rates[name] = append(rates[name], done.perSecond)
			slow[name] = append(slow[name], quantile(done.times, 0.99))
		}
	}
	for name := range drives {
		c.add(name, point{X: float64(x), PerSecond: middle(rates[name]), P99: micros(median(slow[name])) / 1000})
	}
}

// BenchmarkCurves is throughput and p99 of `me` at full load against the number of connections, of users, and of blocked ids.
func BenchmarkCurves(b *testing.B) {
	growing := []int{1_000, 10_000, 100_000, 1_000_000}
	b.Run("connections", func(b *testing.B) {
		servers := map[string]*process{}
		for _, kind := range testdb.Kinds {
			servers[kind.Name] = run(b, kind.URL(b))
			testdb.FillBlocked(b, servers[kind.Name].database, blockedIDs, time.Now(), time.Now().Add(time.Hour))
		}
		drives := ask(b, servers, people)
		for b.Loop() {
			c := chart{}
			for _, n := range []int{1, 4, 16, 64, 256, maxConnections} {
				for name, d := range drives {
					d.connections = n
					drives[name] = d
				}
				compete(b, &c, n, drives)
			}
			keep("connections", c)
		}
		b.ReportMetric(0, "ns/op")
	})
	b.Run("users", func(b *testing.B) {
		for b.Loop() {
			c := chart{}
			for _, n := range growing {
				servers := map[string]*process{}
				for _, kind := range testdb.Kinds {
					servers[kind.Name] = run(b, kind.URL(b))
					testdb.FillBlocked(b, servers[kind.Name].database, blockedIDs, time.Now(), time.Now().Add(time.Hour))
				}
				compete(b, &c, n, ask(b, servers, n))
			}
			keep("users", c)
		}
		b.ReportMetric(0, "ns/op")
	})
	b.Run("blocked", func(b *testing.B) {
		servers := map[string]*process{}
		for _, kind := range testdb.Kinds {
			servers[kind.Name] = run(b, kind.URL(b))
		}
		drives := ask(b, servers, people)
		for b.Loop() {
			c, filled := chart{}, 0
			for _, n := range growing {
				for _, p := range servers {
					testdb.FillBlocked(b, p.database, n-filled, time.Now(), time.Now().Add(time.Hour))
				}
				filled = n
				compete(b, &c, n, drives)
			}
			keep("blocked ids", c)
		}
		b.ReportMetric(0, "ns/op")
	})
}

// ask adds so many users to all servers, of whom a thousand ask, and puts the bare handler beside them.
func ask(b *testing.B, servers map[string]*process, users int) map[string]drive {
	b.Helper()
	drives := map[string]drive{}
	for name, p := range servers {
		asked := newFixed(p.addPeople(b, users, curveUsers), askMe)
		drives[name] = drive{addr: p.addr, traffic: asked}
		if name == testdb.Kinds[0].Name {
			drives[bareName] = drive{addr: startBare(b, asked.requests[0], p.addr), traffic: asked.bare()}
		}
	}
	return drives
}

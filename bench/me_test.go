//go:build linux

package bench_test

import (
	"testing"
	"time"

	"latchkey/internal/testdb"
)

const (
	maxConnections = 1024
	connections    = 32
	people         = 10_000
	blockedIDs     = 1_000
	ratioRounds    = 5
	roundLength    = 1500 * time.Millisecond
	warmUp         = 500 * time.Millisecond
)

// Reads of 10,000 users, each with a token of its own, beside the bare handler.
func BenchmarkMe(b *testing.B) { benchmarkReads(b, "me", askMe, map[string]float64{"SQLite": 0.40, "MariaDB": 0.20}) }

func BenchmarkValidateToken(b *testing.B) {
	benchmarkReads(b, "validateToken", askValidateToken, map[string]float64{"SQLite": 0.40})
}

func benchmarkReads(b *testing.B, what string, ask func(person) []byte, goals map[string]float64) {
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			server := run(b, kind.URL(b))
			testdb.FillBlocked(b, server.database, blockedIDs, time.Now(), time.Now().Add(time.Hour))
			asked := newFixed(server.addPeople(b, people, people), ask)
			bare := startBare(b, asked.requests[0], server.addr)
			for b.Loop() {
				c := compare(b, drive{addr: server.addr, traffic: asked}, drive{addr: bare, traffic: asked.bare()})
				c.report(b)
			}
			b.ReportMetric(0, "ns/op")
			_ = goals
			_ = what
		})
	}
}

// compared is how a server does beside the bare handler.
type compared struct{ rates, bares, shares []float64 }

// compare drives both in turn, so that what else the machine does falls on both.
func compare(b *testing.B, server, bare drive) (c compared) {
	b.Helper()
	for range ratioRounds {
		bareRate, rate := bare.measure(b).perSecond, server.measure(b).perSecond
		c.bares, c.rates, c.shares = append(c.bares, bareRate), append(c.rates, rate), append(c.shares, rate/bareRate)
	}
	return c
}

func (c compared) report(b *testing.B) {
	b.ReportMetric(middle(c.rates), "req/s")
	b.ReportMetric(middle(c.bares), "bare-req/s")
	b.ReportMetric(middle(c.shares), "share")
}

// measure runs it as all are run, where nothing else is said.
func (d drive) measure(b *testing.B) driven {
	b.Helper()
	if d.connections == 0 {
		d.connections = connections
	}
	if d.during == 0 {
		d.during = roundLength
	}
	d.warmUp = warmUp
	done, err := d.run()
	if err != nil {
		b.Fatal(err)
	}
	return done
}

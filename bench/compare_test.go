//go:build linux

package bench_test

import (
	"testing"
	"time"
)

const (
	connections = 32
	rateRounds  = 5
	roundLength = 1200 * time.Millisecond
	warmUp      = 300 * time.Millisecond
)

// compared is how a server does beside the bare handler, or another server.
type compared struct{ rates, bares, shares []float64 }

// compare drives both in turn, so that what else the machine does falls on both.
func compare(b *testing.B, server, bare drive) (c compared) {
	b.Helper()
	server.settle(b)
	for range rateRounds {
		bareRate, rate := bare.measure(b).perSecond, server.measure(b).perSecond
		c.bares, c.rates, c.shares = append(c.bares, bareRate), append(c.rates, rate), append(c.shares, rate/bareRate)
	}
	c.report(b)
	return c
}

func (c compared) report(b *testing.B) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(middle(c.rates), "req/s")
	b.ReportMetric(middle(c.bares), "bare-req/s")
	b.ReportMetric(middle(c.shares), "share")
}

func (c compared) reach(b *testing.B, name string) {
	b.Helper()
	reach(b, name, middle(c.shares), "%.0f/s of %.0f/s", middle(c.rates), middle(c.bares))
}

// settle is a load that nobody looks at, until caches are as full as they get.
func (d drive) settle(b *testing.B) {
	b.Helper()
	d.during = 4 * time.Second
	d.measure(b)
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

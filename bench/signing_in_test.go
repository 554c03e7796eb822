//go:build linux

package bench_test

import (
	"testing"
	"time"

	"latchkey/internal/testdb"
)

// 10,000 sessions exchange their refresh tokens again and again. Commits are durable on SQLite; that of the tests' MariaDB are not.
func BenchmarkRefreshToken(b *testing.B) {
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			p := run(b, kind.URL(b))
			sessions := p.addPeople(b, people+1, people+1)
			fixed := newFixed(sessions, askRefreshToken)
			bare := drive{addr: startBare(b, fixed.requests[0], p.addr), traffic: fixed.bare()}
			server := drive{addr: p.addr, traffic: newRefreshes(sessions[1:])} // the first one's is used
			for b.Loop() {
				compare(b, server, bare).reach(b, map[string]string{
					"SQLite": "`refreshToken`, SQLite, durable", "MariaDB": "`refreshToken`, MariaDB, not durable",
				}[kind.Name])
			}
		})
	}
}

// Nothing but log-ins, beside the bare hash function, once per core: before and after each round.
func BenchmarkLogIn(b *testing.B) {
	const length, clients = 5 * time.Second, 16
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			url := kind.URL(b)
			bodies := addAccounts(b, url, 400)
			server := drive{addr: run(b, url).addr, traffic: newLogIns(bodies), connections: clients, during: length}
			for b.Loop() {
				server.settle(b)
				var c compared
				for range rateRounds {
					before := hashRate()
					rate := server.measure(b).perSecond
					bare := (before + hashRate()) / 2
					c.bares, c.rates, c.shares = append(c.bares, bare), append(c.rates, rate), append(c.shares, rate/bare)
				}
				c.report(b)
				c.reach(b, "`login`, "+kind.Name+": share of the bare hash rate")
			}
		})
	}
}

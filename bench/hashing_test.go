package bench_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"
	"golang.org/x/crypto/argon2"

	"latchkey/internal/password"
	"latchkey/internal/testdb"
)

// While 200 connections hammer log-in, nobody else is to notice: `me` 200 times a second is never refused, and its 99th percentile stays
// below twice the time of one hash; the process stays below 300 MB; and there are at least 0.9 times as many log-ins as the bare hash
// function makes hashes on the same cores.
//
// The time of one hash is measured alone, on cores that are idle. The bare function runs once per core, before and after
// each storm. All of it shares the cores: the server, its database, and the clients here. So the log-ins are compared twice more:
// without any `me` with the bare function, and with `me` with the bare function beside the same `me`.
func BenchmarkLogInStorm(b *testing.B) {
	const connections, accounts, perSecond = 200, 400, 200
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			url := kind.URL(b)
			bodies := addAccounts(b, url, accounts)
			server := run(b, url)
			tokens := make([]string, 20)
			for i := range tokens {
				tokens[i] = server.signUp(b)
			}
			hash := hashTime()
			var ratios, rates, bares, alones, besides []float64
			var times []time.Duration
			refused, failed := 0, 0
			for b.Loop() {
				for range storms {
					bare := hashRate()
					l := newLoad(server)
					beside := hashRateBeside(func() { l.pace(perSecond, bareLength, tokens) })
					l.hammer(connections, bodies)
					time.Sleep(stormWarmUp) // until the queue is as long as it gets
					began, before := time.Now(), l.logins.Load()
					took, no := l.pace(perSecond, stormLength, tokens)
					rate := float64(l.logins.Load()-before) / time.Since(began).Seconds()
					began, before = time.Now(), l.logins.Load()
					time.Sleep(stormLength / 2)
					alone := float64(l.logins.Load()-before) / time.Since(began).Seconds()
					l.end()
					bare = (bare + hashRate()) / 2
					times, refused, failed = append(times, took...), refused+no, failed+int(l.failed.Load())
					ratios, rates, bares = append(ratios, rate/bare), append(rates, rate), append(bares, bare)
					alones, besides = append(alones, alone/bare), append(besides, rate/beside)
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(refused), "me-refused")
			b.ReportMetric(float64(quantile(times, 0.5))/float64(hash), "hashes/me-p50")
			b.ReportMetric(float64(quantile(times, 0.99))/float64(hash), "hashes/me-p99")
			b.ReportMetric(server.memory(b, "VmHWM"), "MB-peak")
			b.ReportMetric(middle(ratios), "logins/bare-hash")
			b.ReportMetric(middle(alones), "logins/bare-hash-without-me")
			b.ReportMetric(middle(besides), "logins/bare-hash-beside-me")
			b.ReportMetric(middle(rates), "logins/s")
			b.ReportMetric(float64(failed), "logins-refused")
			b.ReportMetric(micros(hash)/1000, "ms/hash")
			storm := "storm of log-ins, " + kind.Name + ": "
			reach(b, storm+"p99 of `me`", float64(quantile(times, 0.99))/float64(hash), "hash: %.1f ms, `me` refused: %d", micros(hash)/1000, refused)
			reach(b, storm+"share of the bare hash rate", middle(ratios), "%.1f/s of %.1f/s", middle(rates), middle(bares))
			reach(b, storm+"most memory", server.memory(b, "VmHWM"), "")
			b.Logf("ratios %.3f, log-ins %.1f/s, bare %.1f/s", ratios, rates, bares)
		})
	}
}

const (
	storms      = 3
	stormWarmUp = 4 * time.Second
	stormLength = 10 * time.Second
	bareLength  = 2 * time.Second
)

// addAccounts adds accounts with one password, behind the server's back, and returns the requests with which they log in.
// There are so many that none gets near the most sessions of a user.
func addAccounts(b *testing.B, url string, n int) (logins []string) {
	b.Helper()
	testdb.OpenMigrated(b, url)
	hash, err := password.NewHasher(password.Recommended).Hash(b.Context(), "correct horse")
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now().UTC()
	columns := []string{"id", "username", "password_hash", "role", "disabled", "credential_version", "created_at", "updated_at"}
	testdb.Fill(b, url, "users", columns, n, func(i int) []any {
		name := fmt.Sprintf("user%d", i)
		logins = append(logins, strings.ReplaceAll(
			`{"query":"mutation { login(input: {identifier: \"NAME\", password: \"correct horse\"}) { accessToken } }"}`, "NAME", name))
		return []any{uuid.Must(uuid.NewV7()), name, hash, "USER", false, 1, now, now}
	})
	return logins
}

// bareHash is the hash function with the parameters of latchkey's hashes.
func bareHash() { argon2.IDKey([]byte("correct horse"), make([]byte, 16), 2, 19*1024, 1, 32) }

// hashTime returns the time of one hash while nothing else runs.
func hashTime() time.Duration {
	times := make([]time.Duration, 41)
	for i := range times {
		began := time.Now()
		bareHash()
		times[i] = time.Since(began)
	}
	return median(times)
}

// hashRate returns how many hashes a second all cores make.
func hashRate() float64 {
	var done atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for time.Since(began) < bareLength {
				bareHash()
				done.Add(1)
			}
		})
	}
	group.Wait()
	return float64(done.Load()) / time.Since(began).Seconds()
}

// hashRateBeside is hashRate while load runs.
func hashRateBeside(load func()) float64 {
	var group sync.WaitGroup
	group.Go(load)
	defer group.Wait()
	return hashRate()
}

func middle(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

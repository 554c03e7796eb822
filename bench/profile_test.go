//go:build linux

package bench_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"latchkey/internal/testdb"
)

// BenchmarkProfile makes the profile with which the compiler optimises (default.pgo), of a server that does what servers do most: `me`
// and validateToken, some refreshes, few log-ins. It measures nothing.
func BenchmarkProfile(b *testing.B) {
	path, err := build("latchkey-profile", "-pgo=off", "-tags=profile")
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	merge := []string{"tool", "pprof", "-proto"}
	for b.Loop() {
		for _, kind := range testdb.Kinds {
			merge = append(merge, profile(b, path, kind.URL(b), filepath.Join(dir, kind.Name)))
		}
		merged, err := exec.Command("go", merge...).Output()
		if err != nil {
			b.Fatal(err)
		}
		name := filepath.Join(dir, "default.pgo")
		if *docs {
			name = filepath.Join("..", "default.pgo")
		}
		if err := os.WriteFile(name, merged, 0o644); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(len(merged))/1000, "kB")
	}
}

// profile returns the file that a server has written its profile into.
func profile(b *testing.B, path, url, into string) string {
	b.Helper()
	bodies := addAccounts(b, url, 400)
	p, stop := start(b, path, b.TempDir(), url, "LATCHKEY_CPU_PROFILE="+into)
	defer stop()
	sessions := p.addPeople(b, people, people)
	for _, load := range []struct {
		traffic traffic
		during  time.Duration
	}{
		{newFixed(sessions, askMe), 10 * time.Second},
		{newFixed(sessions, askValidateToken), 10 * time.Second},
		{newRefreshes(sessions), 8 * time.Second},
		{newLogIns(bodies), 2 * time.Second},
	} {
		drive{addr: p.addr, traffic: load.traffic, during: load.during}.measure(b)
	}
	if err := syscall.Kill(p.pid, syscall.SIGUSR1); err != nil {
		b.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < 10*time.Second; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(into); err == nil {
			return into
		}
	}
	b.Fatal("no profile")
	return ""
}

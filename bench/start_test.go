//go:build linux

package bench_test

import (
	"net/http"
	"os"
	"testing"
	"time"

	"latchkey/internal/testdb"
)

// What it takes to start on a database that is there, with 10,000 users in it. The memory is that of one second later, when what a
// start does beside serving has been done.
func BenchmarkStart(b *testing.B) {
	const starts = 9
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			path, err := binary()
			if err != nil {
				b.Fatal(err)
			}
			dir, url := b.TempDir(), kind.URL(b)
			first, stop := start(b, path, dir, url)
			first.addPeople(b, people, people)
			stop()
			for b.Loop() {
				var took []time.Duration
				var resident []float64
				for range starts {
					began := time.Now()
					p, stop := start(b, path, dir, url)
					p.expectReady(b)
					took = append(took, time.Since(began))
					time.Sleep(time.Second)
					resident = append(resident, p.memory(b, "VmRSS"))
					stop()
				}
				info, err := os.Stat(path)
				if err != nil {
					b.Fatal(err)
				}
				reach(b, "from start to ready, "+kind.Name, micros(median(took))/1000, "")
				reach(b, "resident memory after start, "+kind.Name, middle(resident), "")
				reach(b, "binary", float64(info.Size())/1e6, "")
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(micros(median(took))/1000, "ms/ready")
				b.ReportMetric(middle(resident), "MB-resident")
				b.ReportMetric(float64(info.Size())/1e6, "MB-binary")
			}
		})
	}
}

func (p *process) expectReady(b *testing.B) {
	b.Helper()
	response, err := http.Get("http://" + p.addr + "/readyz")
	if err != nil || response.StatusCode != http.StatusOK {
		b.Fatal("not ready", err)
	}
	if err := response.Body.Close(); err != nil {
		b.Fatal(err)
	}
}

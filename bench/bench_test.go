// Package bench_test measures what has to stay fast. What counts is each ratio within one run: the figures themselves are
// those of the machine. `make bench` runs it.
package bench_test

import (
	"slices"
	"time"
)

func median(times []time.Duration) time.Duration { return quantile(times, 0.5) }

// quantile returns the time that a share q of the times does not exceed.
func quantile(times []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

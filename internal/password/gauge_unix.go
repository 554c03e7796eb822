//go:build unix

package password

import (
	"syscall"
	"time"
)

// ProcessorTime is a clock that goes on only while this process computes, in any of its goroutines.
func ProcessorTime() time.Time {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err) // there is no other reason than wrong arguments
	}
	return time.Unix(0, used.Utime.Nano()+used.Stime.Nano())
}

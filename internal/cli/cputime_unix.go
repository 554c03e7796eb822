//go:build unix

package cli

import (
	"syscall"
	"time"
)

// cpuTime is a clock that runs only while this process computes, in any of its threads: on a busy machine, hashes do not seem to
// take longer. Argon2 computes in several, so one thread's own clock would not do.
func cpuTime() time.Time {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err) // it has no reason to fail for this process
	}
	return time.Unix(0, used.Utime.Nano()+used.Stime.Nano())
}

package cli

import (
	"runtime"
	"testing"
	"time"
)

// Or a busy machine would refuse good hashes.
func TestCPUTimeDoesNotCountWhatOthersDo(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const work = 20 * time.Millisecond
	done := make(chan struct{})
	began := cpuTime()
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for start := cpuTime(); cpuTime().Sub(start) < work; { // works
		}
		close(done)
	}()
	<-done
	if used := cpuTime().Sub(began); used >= work {
		t.Errorf("waited, and used %v", used)
	}
}

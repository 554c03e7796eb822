//go:build linux

package bench_test

import (
	"syscall"
	"testing"
)

func init() { diesWithUs = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

func TestWhatIsMeasuredHasNothingOfTheShellAndDoesNotOutliveUs(t *testing.T) {
	t.Setenv("GOGC", "1")
	t.Setenv("GODEBUG", "gctrace=1")
	c := command("/usr/bin/env", "A=b")
	if got, err := c.Output(); err != nil || string(got) != "A=b\n" {
		t.Errorf("%q, %v", got, err)
	}
	if c.SysProcAttr.Pdeathsig != syscall.SIGKILL {
		t.Error("it would outlive a benchmark that is killed")
	}
}

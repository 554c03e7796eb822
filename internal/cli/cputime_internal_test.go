package cli

import (
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
)

// Argon2 computes in goroutines of its own, which the clock of one thread would not see.
func TestCPUTimeCountsEveryThread(t *testing.T) { // not parallel: the time of other tests would count too
	began := cpuTime()
	argon2.IDKey([]byte("password"), []byte("salt for a test"), 1, 64<<10, 2, 32)
	const least = 5 * time.Millisecond // of some 70
	if used := cpuTime().Sub(began); used < least {
		t.Errorf("used %v", used)
	}
}

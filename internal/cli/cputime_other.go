//go:build !linux

package cli

import "time"

// cpuTime is the time of day: what a thread has used is asked differently by each system.
func cpuTime() time.Time { return time.Now() } //nolint:forbidigo // nothing but a difference of it is used

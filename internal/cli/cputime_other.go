//go:build !unix

package cli

import "time"

// cpuTime is the time of day: what a process has used is asked differently by each system.
func cpuTime() time.Time { return time.Now() } //nolint:forbidigo // nothing but a difference of it is used

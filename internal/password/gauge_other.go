//go:build !unix

package password

import (
	"time"
)

// ProcessorTime is the time of day here.
func ProcessorTime() time.Time {
	return time.Now() //nolint:forbidigo // it is a clock
}

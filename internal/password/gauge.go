package password

import (
	"strings"
	"time"
)

// maxTime is how long it may take to verify a password.
const maxTime = 500 * time.Millisecond

// Gauge tells what hashes cost on this machine, by trying. The bounds of Import are those of one machine; a slower one has to
// refuse more. Not safe for concurrent use.
type Gauge struct {
	now   func() time.Time
	known map[string]bool // whether a cost is affordable
}

// maxKnown bounds what a Gauge remembers. Systems have a handful of different costs.
const maxKnown = 1000

// NewGauge returns a Gauge that measures with now, best the processor time of the process: however busy the machine is, no good
// hash is refused.
func NewGauge(now func() time.Time) *Gauge { return &Gauge{now: now, known: map[string]bool{}} }

// Affordable returns nil if verifying a password against hash, as Import returned it, takes at most 500 ms here, even the longest.
// Each algorithm with each set of parameters is tried once, up to three times if the first is too slow: the machine may have
// been busy. The error, which repeats nothing of the hash, says why not.
func (g *Gauge) Affordable(hash string) error {
	f, err := parseForeign(hash)
	if err != nil {
		return err
	}
	affordable, tried := g.known[f.cost]
	if !tried {
		if affordable, err = g.try(f); err != nil {
			return err
		}
		if len(g.known) == maxKnown {
			clear(g.known)
		}
		g.known[f.cost] = affordable
	}
	if !affordable {
		return refusal("it takes more than 500 ms to verify on this machine")
	}
	return nil
}

func (g *Gauge) try(f *foreign) (bool, error) {
	longest := strings.Repeat("x", MaxGiven)
	for range 3 {
		start := g.now()
		if _, err := f.check(longest); err != nil {
			return false, err
		}
		if g.now().Sub(start) <= maxTime {
			return true, nil
		}
	}
	return false, nil
}

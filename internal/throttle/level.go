package throttle

import (
	"math"
	"time"
)

// level is how full a bucket is.
type level struct {
	tries float64   // just after the last one
	at    time.Time // of the last one
}

// remaining is how many tries are not forgiven yet.
func (l level) remaining(limit *Limit, now time.Time) float64 {
	return max(0, l.tries-float64(l.elapsed(now))/float64(limit.Forgive))
}

// wait is how long it is until the next try may be made; 0 if that is now.
func (l level) wait(limit *Limit, now time.Time) time.Duration {
	return max(0, wait(limit, l.tries)-l.elapsed(now))
}

// taken is the level after another try.
func (l level) taken(limit *Limit, now time.Time) level {
	return level{tries: l.remaining(limit, now) + 1, at: now}
}

// givenBack is the level without one of its tries, which is not the last one.
func (l level) givenBack() level { return level{tries: max(0, l.tries-1), at: l.at} }

// forgotten is when nothing of it is left.
func (l level) forgotten(limit *Limit) time.Time {
	return l.at.Add(time.Duration(l.tries * float64(limit.Forgive)))
}

func (l level) elapsed(now time.Time) time.Duration { return max(0, now.Sub(l.at)) }

// wait is how long the next try has to wait after tries.
func wait(limit *Limit, tries float64) time.Duration {
	over := math.Ceil(tries) - float64(limit.Free)
	if over < 0 {
		return 0
	}
	return time.Duration(min(float64(firstWait)*math.Exp2(over), float64(MaxWait)))
}

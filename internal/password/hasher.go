package password

import (
	"context"
	"errors"
	"runtime"
	"time"
)

// MaxWait is how long a hash waits for its turn at most, unless Hasher.MaxWait says otherwise: people wait no longer than that.
// Whoever waits now has been served or refused by then, so it is also the time after which to try again.
const MaxWait = 5 * time.Second

// waitingPerCore is how many wait at most: as many as one core serves within MaxWait, at 25 ms for each. A longer queue would
// only keep people waiting who are refused in the end.
const waitingPerCore = 200

// ErrBusy means that the queue was full, or that the turn did not come within MaxWait. Nothing was hashed.
var ErrBusy = errors.New("too many passwords wait to be hashed")

// cores is how many this process may use; a container's limit counts. It is asked before main raises GOMAXPROCS.
var cores = runtime.GOMAXPROCS(0)

// Hasher hashes and verifies passwords, at most one per core at a time: each takes 19 MiB and all of one core, and more at
// once would only slow each other down. The others wait in a queue, first come, first served. Safe for concurrent use.
type Hasher struct {
	// MaxWait is how long each waits at most. NewHasher sets it; it is not to be changed once the Hasher is used.
	MaxWait time.Duration
	// Joined, unless it is nil, is called when a password joins the queue; what it returns, when its turn has come (served), or when it
	// is turned away with ErrBusy. Whoever leaves before that is not told of. It is not to be changed once the Hasher is used.
	Joined func() (ended func(served bool))

	places chan struct{} // taken by who waits or is served
	slots  chan struct{} // taken by who is served
	cost   Cost
	prefix string // of its hashes
	dummy  string
}

// NewHasher returns a Hasher whose new hashes have this cost.
func NewHasher(cost Cost) *Hasher {
	h := &Hasher{
		MaxWait: MaxWait,

		places: make(chan struct{}, cores*(waitingPerCore+1)),
		slots:  make(chan struct{}, cores),
		cost:   cost,
		prefix: cost.prefix(),
	}
	h.dummy = h.encode(make([]byte, saltLength), make([]byte, keyLength))
	return h
}

// Length is how many passwords wait in the queue, and how many are being hashed.
func (h *Hasher) Length() (waiting, running int) {
	running = len(h.slots)
	return max(0, len(h.places)-running), running
}

// inTurn runs work, which takes all of one core, when its turn has come. It returns ErrBusy at once if the queue is full, or
// after MaxWait; and ctx's error if ctx is done before the turn comes. Then it has not run work.
func (h *Hasher) inTurn(ctx context.Context, work func()) error {
	ended := func(bool) {}
	if h.Joined != nil {
		ended = h.Joined()
	}
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	default:
		ended(false)
		return ErrBusy
	}
	waiting, cancel := context.WithTimeoutCause(ctx, h.MaxWait, ErrBusy)
	defer cancel()
	select {
	case h.slots <- struct{}{}: // Go lets those who wait for a channel in by their order
		defer func() { <-h.slots }()
	case <-waiting.Done():
	}
	if waiting.Err() != nil { // also if the turn came at the same moment
		err := context.Cause(waiting)
		if errors.Is(err, ErrBusy) {
			ended(false)
		}
		return err
	}
	ended(true)
	work()
	return nil
}

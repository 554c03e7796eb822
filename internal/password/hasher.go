package password

import (
	"context"
	"runtime"
)

// Hasher hashes and verifies passwords, at most one per processor at a time: each takes 19 MiB and all of one core, and
// more at once would only slow each other down. Safe for concurrent use.
type Hasher struct {
	slots chan struct{}
	dummy string
}

// NewHasher returns a Hasher.
func NewHasher() *Hasher {
	return &Hasher{
		slots: make(chan struct{}, runtime.GOMAXPROCS(0)),
		dummy: encode(make([]byte, saltLength), make([]byte, keyLength)),
	}
}

// inTurn runs work, which takes all of one core, when its turn has come. It waits until ctx is done, and then returns ctx's error.
func (h *Hasher) inTurn(ctx context.Context, work func()) error {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
		work()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

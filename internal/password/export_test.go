package password

import "context"

// Waiting is how many may wait at most.
func Waiting(h *Hasher) int { return cap(h.places) - cap(h.slots) }

// InTurn runs work when its turn has come.
func InTurn(ctx context.Context, h *Hasher, work func()) error { return h.inTurn(ctx, work) }

// Fill takes all slots of h, and returns what gives one of them back.
func Fill(h *Hasher) (release func()) {
	for range cap(h.slots) {
		h.places <- struct{}{}
		h.slots <- struct{}{}
	}
	return func() { <-h.slots; <-h.places }
}

// Known is how many costs g remembers.
func Known(g *Gauge) int { return len(g.known) }

// Parse reads a stored hash that Hash did not make, and computes nothing.
func Parse(hash string) error {
	_, err := parseForeign(hash)
	return err
}

// Slots is how many hashes h computes at once.
func Slots(h *Hasher) int { return cap(h.slots) }

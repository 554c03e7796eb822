package password

// Fill takes all slots of h, and returns what gives one of them back.
func Fill(h *Hasher) (release func()) {
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	return func() { <-h.slots }
}

// Slots is how many hashes h computes at once.
func Slots(h *Hasher) int { return cap(h.slots) }

// Known is how many costs g remembers.
func Known(g *Gauge) int { return len(g.known) }

// Parse reads a stored hash that Hash did not make, and computes nothing.
func Parse(hash string) error {
	_, err := parseForeign(hash)
	return err
}

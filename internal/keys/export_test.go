package keys

import "context"

// Look lets tests look without waiting for Run.
func (r *Ring) Look(ctx context.Context) error { return r.look(ctx) }

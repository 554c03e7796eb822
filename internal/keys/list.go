package keys

import (
	"context"
	"time"
)

// Listed is a recorded key as an operator sees it.
type Listed struct {
	ID        string // kid, or RefreshID
	Algorithm string // "?" if the key is missing
	CreatedAt time.Time
	State     string
}

// List returns the recorded keys, signing keys first, in the order in which they sign. An error that comes with them names
// files that are no keys.
func List(ctx context.Context, c Config) ([]Listed, error) {
	r, err := readRecords(ctx, c.DB.Read.KeyRecord)
	if err == nil && r.none() {
		err = errNone
	}
	if err != nil {
		return nil, err
	}
	found := directory(c.Dir).read()
	var all []Listed
	for i, record := range r.signing {
		listed := Listed{ID: record.ID, Algorithm: "?", CreatedAt: record.CreatedAt, State: c.state(r, i)}
		if key := found.signing[record.ID]; key != nil {
			listed.Algorithm = key.Algorithm()
		} else {
			listed.State += ", missing from " + c.Dir
		}
		all = append(all, listed)
	}
	if r.refresh != nil {
		listed := Listed{ID: RefreshID, Algorithm: "HS256", CreatedAt: r.refresh.CreatedAt, State: "refresh tokens"}
		if found.refresh[r.refresh.Fingerprint] == nil {
			listed.State += ", missing from " + c.Dir
		}
		all = append(all, listed)
	}
	return all, found.broken
}

// state is what the i-th signing key does.
func (c Config) state(r records, i int) string {
	now := c.now()
	until, ends := c.until(r, i)
	switch {
	case i == r.signer(now):
		return "signs"
	case !ends:
		return "signs from " + stamp(r.signing[i].SignsAt)
	case now.Before(until):
		return "verifies until " + stamp(until)
	default:
		return "can be removed"
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

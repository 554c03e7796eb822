package token

import "context"

// FixedKeys are keys that never change: one that signs, one for refresh tokens.
type FixedKeys struct {
	Key        *Key
	RefreshKey *RefreshKey
}

var _ Keys = FixedKeys{}

// Signing returns the one signing key.
func (k FixedKeys) Signing() *Key { return k.Key }

// Verifying returns the same key if kid is its.
func (k FixedKeys) Verifying(_ context.Context, kid string) (*Key, error) {
	if kid != k.Key.ID {
		return nil, nil //nolint:nilnil // no key is an answer here, and no error
	}
	return k.Key, nil
}

// Refresh returns the one key of the refresh tokens.
func (k FixedKeys) Refresh() *RefreshKey { return k.RefreshKey }

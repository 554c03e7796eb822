// Package testkeys gives tests keys that never change. Only tests import it.
package testkeys

import (
	"context"
	"testing"

	"latchkey/internal/testleak"
	"latchkey/internal/token"
)

// Fixed are one key that signs and one for refresh tokens.
type Fixed struct {
	Key        *token.Key
	RefreshKey *token.RefreshKey
}

var _ token.Keys = Fixed{}

// New makes keys; the one that signs is for ES256.
func New(t testing.TB) Fixed {
	t.Helper()
	key, err := token.NewKey("ES256")
	if err != nil {
		t.Fatal(err)
	}
	fixed := Fixed{Key: key, RefreshKey: token.NewRefreshKey()}
	text, err := key.PEM()
	if err != nil {
		t.Fatal(err)
	}
	testleak.PEM(text)
	testleak.PEM(fixed.RefreshKey.PEM())
	return fixed
}

// Signing returns the one signing key.
func (k Fixed) Signing() *token.Key { return k.Key }

// Verifying returns the same key if kid is its.
func (k Fixed) Verifying(_ context.Context, kid string) (*token.Key, error) {
	if kid != k.Key.ID {
		return nil, nil //nolint:nilnil // no key is an answer here, and no error
	}
	return k.Key, nil
}

// Refresh returns the one key of the refresh tokens.
func (k Fixed) Refresh() *token.RefreshKey { return k.RefreshKey }

package token

import (
	"context"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"
)

// oneKey is a key that signs, and verifies what names it.
type oneKey struct{ *Key }

func (k oneKey) Signing() *Key                                   { return k.Key }
func (k oneKey) Verifying(context.Context, string) (*Key, error) { return k.Key, nil }
func (k oneKey) Refresh() *RefreshKey                            { return nil }

func newTokens(t testing.TB, now time.Time) *Tokens {
	t.Helper()
	key, err := NewKey("ES256")
	if err != nil {
		t.Fatal(err)
	}
	return New(oneKey{key}, Config{Issuer: "https://id.example.org", Audience: "latchkey", Now: func() time.Time { return now }})
}

// Nobody pushes tokens out of the memory with what was not accepted, and one that is sent again takes no second place.
func TestOnlyTokensThatWereAcceptedAreRemembered(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	own, others := newTokens(t, noon), newTokens(t, noon)
	issue := func(by *Tokens, end time.Time) string {
		t.Helper()
		id := func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
		raw, err := by.Issue(Claims{UserID: id(), SessionID: id(), ID: id(), ExpiresAt: end})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for _, refused := range []string{"made up", issue(others, noon.Add(time.Hour)), issue(own, noon.Add(-time.Hour)), issue(own, noon.Add(48*time.Hour))} {
		if _, err := own.Verify(t.Context(), refused); err == nil {
			t.Error("accepted", refused)
		}
	}
	if n := own.known.Len(); n != 0 {
		t.Errorf("%d that were refused are remembered", n)
	}
	accepted := issue(own, noon.Add(time.Hour))
	for range 3 {
		if _, err := own.Verify(t.Context(), accepted); err != nil {
			t.Fatal(err)
		}
	}
	if n := own.known.Len(); n != 1 {
		t.Errorf("%d are remembered, want 1", n)
	}
}

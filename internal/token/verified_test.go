package token_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/testkeys"
	"latchkey/internal/token"
)

// changing are keys, and a clock, that change while a server runs.
type changing struct {
	testkeys.Fixed
	now     time.Time
	removed bool
	away    error
}

func (c *changing) Verifying(ctx context.Context, kid string) (*token.Key, error) {
	if c.removed || c.away != nil {
		return nil, c.away
	}
	return c.Fixed.Verifying(ctx, kid)
}

func (c *changing) tokens() *token.Tokens {
	return token.New(c, token.Config{Issuer: issuer, Audience: audience, Now: func() time.Time { return c.now }})
}

func issue(t testing.TB, s *token.Tokens, id uuid.UUID) string {
	t.Helper()
	raw, err := s.Issue(token.Claims{UserID: someUser, SessionID: someSession, ID: id, Role: "USER", ExpiresAt: noon.Add(ttl)})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Whatever has changed since: a signature is remembered, and nothing else.
func TestTokenThatWasVerifiedBeforeIsJudgedAsOneThatWasNot(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	changes := map[string]func(*changing){
		"nothing":                      func(*changing) {},
		"its key is removed":           func(c *changing) { c.removed = true },
		"nobody can tell about keys":   func(c *changing) { c.away = away },
		"the clock was set far back":   func(c *changing) { c.now = noon.Add(-48 * time.Hour) },
		"the clock was set far ahead":  func(c *changing) { c.now = noon.Add(48 * time.Hour) },
		"its time and the leeway end":  func(c *changing) { c.now = noon.Add(ttl + token.Leeway) },
		"a nanosecond of both is left": func(c *changing) { c.now = noon.Add(ttl + token.Leeway - 1) },
		"it is valid in a moment":      func(c *changing) { c.now = noon.Add(-token.Leeway - 1) },
		"it is valid from now on":      func(c *changing) { c.now = noon.Add(-token.Leeway) },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := &changing{Fixed: testkeys.New(t), now: noon}
			before, fresh := world.tokens(), world.tokens()
			raw := issue(t, before, someID)
			if _, err := before.Verify(t.Context(), raw); err != nil {
				t.Fatal(err)
			}
			change(world)
			got, gotErr := before.Verify(t.Context(), raw)
			want, wantErr := fresh.Verify(t.Context(), raw)
			if got != want || !errors.Is(gotErr, wantErr) {
				t.Errorf("got  %v, %v\nwant %v, %v", got, gotErr, want, wantErr)
			}
		})
	}
}

// One byte of a token that is remembered makes it another one.
func TestNoTokenIsTakenForOneThatIsRemembered(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	raw := issue(t, s.Tokens, someID)
	for i := range len(raw) + 1 {
		if _, err := s.Verify(t.Context(), raw); err != nil {
			t.Fatal(err)
		}
		forged := raw + "A"
		if i < len(raw) {
			forged = raw[:i] + string(raw[i]^1) + raw[i+1:]
		}
		if claims, err := s.Verify(t.Context(), forged); err == nil {
			t.Errorf("byte %d changed, and accepted: %+v", i, claims)
		}
	}
}

// At most 32,768 are remembered, so all of them take less than 32 MiB.
func TestTokenThatIsRememberedTakesLessThanAKilobyte(t *testing.T) {
	const tokens = 1000
	s := newServer(t)
	raw := make([]string, tokens)
	for i := range raw {
		raw[i] = issue(t, s.Tokens, uuid.Must(uuid.NewV7()))
	}
	before := inUse()
	for _, each := range raw {
		if _, err := s.Verify(t.Context(), each); err != nil {
			t.Fatal(err)
		}
	}
	if each := (inUse() - before) / tokens; each >= 1024 || each < 100 { // less would be none
		t.Errorf("%d bytes each", each)
	}
	runtime.KeepAlive(raw)
	runtime.KeepAlive(s)
}

// inUse is the memory that is reachable, in bytes.
func inUse() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

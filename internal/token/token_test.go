package token_test

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"latchkey/internal/token"
)

func TestVerifyReturnsWhatWasIssued(t *testing.T) {
	t.Parallel()
	s := newServerAt(t, noon.Add(999*time.Millisecond))
	raw, err := s.Issue(token.Claims{UserID: someUser, SessionID: someSession, ID: someID, Role: "ADMIN", Version: 7, ExpiresAt: noon.Add(ttl)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	want := token.Claims{
		UserID: someUser, SessionID: someSession, ID: someID, Role: "ADMIN", Version: 7, ExpiresAt: noon.Add(ttl),
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// What other services read (RFC 9068 §2).
func TestIssuedTokenOnTheWire(t *testing.T) {
	t.Parallel()
	s := newServerAt(t, noon.Add(999*time.Millisecond))
	raw, err := s.Issue(token.Claims{UserID: someUser, SessionID: someSession, ID: someID, Role: "USER", Version: 2, ExpiresAt: noon.Add(ttl)})
	if err != nil {
		t.Fatal(err)
	}
	header, rest, _ := strings.Cut(raw, ".")
	payload, _, _ := strings.Cut(rest, ".")
	t.Run("has a header that names type, key and algorithm, and nothing else", func(t *testing.T) {
		t.Parallel()
		equalMembers(t, header, members{"typ": "at+jwt", "alg": "ES256", "kid": s.key.ID})
	})
	t.Run("has all claims, and times in whole seconds", func(t *testing.T) {
		t.Parallel()
		equalMembers(t, payload, members{
			"iss": issuer, "aud": []any{audience}, "sub": someUser.String(), "jti": someID.String(),
			"sid": someSession.String(), "role": "USER", "ver": 2.,
			"iat": float64(noon.Unix()), "nbf": float64(noon.Unix()), "exp": float64(noon.Add(ttl).Unix()),
		})
	})
}

func equalMembers(t *testing.T, segment string, want members) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		t.Fatal(err)
	}
	var got members
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestProblemIsAnError(t *testing.T) {
	t.Parallel()
	if got, want := token.Expired.Error(), "access token refused: EXPIRED"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

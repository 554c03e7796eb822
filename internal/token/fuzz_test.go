package token_test

import (
	"errors"
	"strings"
	"testing"

	"latchkey/internal/token"
)

// Whatever a stranger sends gets a Problem, unless it is the one token that was issued.
func FuzzVerify(f *testing.F) {
	s := newServer(f)
	good, err := s.Issue(token.Claims{UserID: someUser, SessionID: someSession, ID: someID, ExpiresAt: noon.Add(ttl)})
	if err != nil {
		f.Fatal(err)
	}
	segments := strings.Split(good, ".")
	for _, seed := range []string{
		"", ".", "..", "...", "a.b.c", good, good + "A", good[1:], strings.ToUpper(good),
		segments[0] + ".." + segments[2],
		segment(`{"alg":"none"}`) + "." + segments[1] + ".",
		segment(`{"alg":"ES256","kid":"`+s.key.ID+`"}`) + "." + segment(`{"exp":1e308,"nbf":-1e308,"aud":[[]]}`) + "." + segments[2],
		segment(`{"alg":"ES256","kid":null,"typ":5,"crit":{}}`) + "." + segment("null") + "." + segments[2],
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		claims, err := s.Verify(t.Context(), raw)
		if err == nil {
			if raw != good {
				t.Fatalf("accepted %q", raw)
			}
			return
		}
		var problem token.Problem
		if !errors.As(err, &problem) || problem == "" {
			t.Fatalf("not a Problem: %v", err)
		}
		if claims != (token.Claims{}) {
			t.Fatalf("a refused token still says %+v", claims)
		}
	})
}

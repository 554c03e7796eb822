package token_test

import (
	"errors"
	"regexp"
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

// Whatever is in a file of the keys directory is a key that works and can be written again, or an error. The seeds in
// testdata are both kinds of keys, and what is almost one.
func FuzzParseKey(f *testing.F) {
	id := regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`) // 32 bytes in base64url
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := token.ParseKey(text)
		if (err == nil) != (key != nil) {
			t.Fatalf("key %v, error %v", key, err)
		}
		if err == nil {
			again, err := key.PEM()
			if err != nil || !id.MatchString(key.ID) || key.Public().ID != key.ID || key.Public().Algorithm != key.Algorithm() {
				t.Fatalf("%+v, %v", key.Public(), err)
			}
			if same, err := token.ParseKey(again); err != nil || same.Public() != key.Public() {
				t.Fatalf("written and read again: %+v, %v", same, err)
			}
		}
		refresh, err := token.ParseRefreshKey(text)
		if (err == nil) != (refresh != nil) || (refresh != nil && key != nil) {
			t.Fatalf("refresh key %v, error %v", refresh, err)
		}
		if err == nil {
			sealed := refresh.Seal(token.Refresh{SessionID: someSession, Generation: 1})
			if same, err := token.ParseRefreshKey(refresh.PEM()); err != nil || same.Fingerprint() != refresh.Fingerprint() {
				t.Fatal("written and read again, it is another key")
			} else if _, ok := same.Open(sealed); !ok {
				t.Fatal("what it sealed is refused")
			}
		}
	})
}

package token_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"latchkey/internal/token"
)

var someRefresh = token.Refresh{SessionID: someSession, Generation: 7, Secret: token.Secret{1, 2, 3}}

func TestOpenReturnsWhatWasSealed(t *testing.T) {
	t.Parallel()
	key := token.NewRefreshKey()
	raw := key.Seal(someRefresh)
	if got, ok := key.Open(raw); !ok || got != someRefresh {
		t.Errorf("opened %+v, %v", got, ok)
	}
	if again := key.Seal(someRefresh); again != raw {
		t.Error("the same is not sealed into the same: tabs that refresh at once would get different tokens")
	}
	if len(raw) != 92 || strings.Trim(raw, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("%q can't be in a cookie or a URL", raw)
	}
}

func TestSealedTokenDoesNotRepeatTheKey(t *testing.T) {
	t.Parallel()
	key := token.NewRefreshKey()
	if other := token.NewRefreshKey().Seal(someRefresh); other == key.Seal(someRefresh) {
		t.Error("two keys seal alike")
	}
	if _, ok := token.NewRefreshKey().Open(key.Seal(someRefresh)); ok {
		t.Error("another key opens it")
	}
}

// Any change of any bit is noticed.
func TestOpenRefusesWhatWasNotSealed(t *testing.T) {
	t.Parallel()
	key := token.NewRefreshKey()
	sealed, err := base64.RawURLEncoding.DecodeString(key.Seal(someRefresh))
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(sealed) * 8 {
		changed := bytes.Clone(sealed)
		changed[i/8] ^= 1 << (i % 8)
		if got, ok := key.Open(base64.RawURLEncoding.EncodeToString(changed)); ok || got != (token.Refresh{}) {
			t.Errorf("bit %d changed: opened %+v", i, got)
		}
	}
}

func TestSecretsDiffer(t *testing.T) {
	t.Parallel()
	a, b := token.NewSecret(), token.NewSecret()
	if a == b || bytes.Equal(a.Hash(), b.Hash()) || !bytes.Equal(a.Hash(), a.Hash()) || len(a.Hash()) != 32 {
		t.Error("secrets or their hashes are not what they should be")
	}
}

func TestRefreshKeyComesBackFromItsFile(t *testing.T) {
	t.Parallel()
	key := token.NewRefreshKey()
	read, err := token.ParseRefreshKey(key.PEM())
	if err != nil || read.Fingerprint() != key.Fingerprint() {
		t.Fatalf("read %v", err)
	}
	if _, ok := read.Open(key.Seal(someRefresh)); !ok {
		t.Error("the key that was read does not open what was sealed")
	}
	if token.NewRefreshKey().Fingerprint() == key.Fingerprint() {
		t.Error("two keys have one fingerprint")
	}
	for name, text := range map[string]string{
		"empty":       "",
		"another":     "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"short":       "-----BEGIN LATCHKEY REFRESH TOKEN KEY-----\nAAAA\n-----END LATCHKEY REFRESH TOKEN KEY-----\n",
		"no PEM file": strings.ReplaceAll(string(key.PEM()), "-", "="),
	} {
		if _, err := token.ParseRefreshKey([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// fixedRefreshKey is always the same, so that a kept corpus goes on meaning the same.
const fixedRefreshKey = `-----BEGIN LATCHKEY REFRESH TOKEN KEY-----
AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
-----END LATCHKEY REFRESH TOKEN KEY-----
`

// Whatever a stranger sends is refused, unless it is the one token that was sealed.
func FuzzRefreshToken(f *testing.F) {
	key, err := token.ParseRefreshKey([]byte(fixedRefreshKey))
	if err != nil {
		f.Fatal(err)
	}
	good := key.Seal(someRefresh)
	for _, seed := range []string{"", good, good[1:], good + "A", good + "=", good[:50] + "\n" + good[50:], strings.Repeat("A", 92), "a.b.c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, ok := key.Open(raw)
		if ok != (raw == good) {
			t.Fatalf("opened %q: %v", raw, ok)
		}
		if !ok && got != (token.Refresh{}) {
			t.Fatalf("a refused token still says %+v", got)
		}
	})
}

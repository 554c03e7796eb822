package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// privateKey is the one that l signs with.
func (l *latchkey) privateKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(l.dir, "data", "keys", "signing.pem"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := jwt.ParseECPrivateKeyFromPEM(text)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// opened returns the header and the claims of a token.
func opened(t testing.TB, token string) (header map[string]any, claims jwt.MapClaims) {
	t.Helper()
	claims = jwt.MapClaims{}
	parsed, _, err := jwt.NewParser().ParseUnverified(token, claims)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Header, claims
}

// forgery is a token of Latchkey's, signed again after a change.
type forgery struct {
	header map[string]any
	claims jwt.MapClaims
	method jwt.SigningMethod
	key    any
}

func (f *forgery) sign(t testing.TB) string {
	t.Helper()
	unsigned := jwt.NewWithClaims(f.method, f.claims)
	f.header["alg"] = f.method.Alg()
	unsigned.Header = f.header
	signed, err := unsigned.SignedString(f.key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func without[M ~map[string]any](m M, name string) { delete(m, name) }

// The first cases show that it is the change that is refused.
func TestTokensThatAreNotForThisServiceAreRefused(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	s := startService(t, l)
	ada := l.signUp(t, "ada")
	header, claims := opened(t, ada)
	issued := time.Unix(int64(claims["iat"].(float64)), 0)
	s.clock.set(issued)
	at := func(after time.Duration) float64 { return float64(issued.Add(after).Unix()) }
	key := l.privateKey(t)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	otherKey, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	rsaKey, _ := rsa.GenerateKey(rand.Reader, 2048)

	const good = ""
	for _, c := range []struct {
		name   string
		change func(*forgery)
		want   string
	}{
		{"as it was", func(*forgery) {}, good},
		{"with a type in full", func(f *forgery) { f.header["typ"] = "application/AT+JWT" }, good},
		{"for several audiences", func(f *forgery) { f.claims["aud"] = []string{"other", "latchkey"} }, good},
		{"expired within the leeway", func(f *forgery) { f.claims["exp"] = at(-29 * time.Second) }, good},
		{"of a clock that is ahead within the leeway", func(f *forgery) { f.claims["nbf"] = at(29 * time.Second) }, good},

		{"expired", func(f *forgery) { f.claims["exp"] = at(-31 * time.Second) }, "EXPIRED"},
		{"not yet valid", func(f *forgery) { f.claims["nbf"] = at(31 * time.Second) }, "NOT_YET_VALID"},
		{"for another audience", func(f *forgery) { f.claims["aud"] = "other" }, "INVALID_CLAIMS"},
		{"for no audience", func(f *forgery) { without(f.claims, "aud") }, "INVALID_CLAIMS"},
		{"of another issuer", func(f *forgery) { f.claims["iss"] = "http://localhost:8080/" }, "INVALID_CLAIMS"},
		{"of no issuer", func(f *forgery) { without(f.claims, "iss") }, "INVALID_CLAIMS"},
		{"that never expires", func(f *forgery) { without(f.claims, "exp") }, "INVALID_CLAIMS"},
		{"of nobody", func(f *forgery) { without(f.claims, "sub") }, "INVALID_CLAIMS"},
		{"without an id", func(f *forgery) { without(f.claims, "jti") }, "INVALID_CLAIMS"},
		{"without a session", func(f *forgery) { without(f.claims, "sid") }, "INVALID_CLAIMS"},
		{"of no type", func(f *forgery) { without(f.header, "typ") }, "INVALID_CLAIMS"},
		{"of another type", func(f *forgery) { f.header["typ"] = "JWT" }, "INVALID_CLAIMS"},
		{"with an extension that must be understood", func(f *forgery) { f.header["crit"] = []string{"b64"} }, "INVALID_CLAIMS"},

		{"not signed", func(f *forgery) { f.method, f.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType }, "INVALID_SIGNATURE"},
		{"signed with the public key as a secret", func(f *forgery) { f.method, f.key = jwt.SigningMethodHS256, publicPEM }, "INVALID_SIGNATURE"},
		{"signed with another key", func(f *forgery) { f.key = otherKey }, "INVALID_SIGNATURE"},
		{"signed with another kind of key", func(f *forgery) { f.method, f.key = jwt.SigningMethodRS256, rsaKey }, "INVALID_SIGNATURE"},
		{"that names an unknown key", func(f *forgery) { f.header["kid"] = "unknown" }, "INVALID_SIGNATURE"},
		{"that names no key", func(f *forgery) { without(f.header, "kid") }, "INVALID_SIGNATURE"},
		{"that brings its own key", func(f *forgery) {
			f.key = otherKey
			f.header["jwk"] = map[string]any{"kty": "EC", "crv": "P-256", "x": otherKey.X, "y": otherKey.Y}
		}, "INVALID_SIGNATURE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := forgery{maps.Clone(header), maps.Clone(claims), jwt.SigningMethodES256, key}
			c.change(&f)
			assertRefused(t, s.do(t, f.sign(t), `{ workItems { nodes { id } } }`), c.want)
		})
	}
	parts := strings.Split(ada, ".")
	for name, c := range map[string]struct{ authorization, want string }{
		"no header":                    {"", "MISSING"},
		"no token":                     {"Bearer ", "MISSING"},
		"another scheme":               {"Basic YWRhOnNlY3JldA==", "MISSING"},
		"a scheme in capitals":         {"BEARER " + ada, good},
		"what is no JWT":               {"Bearer x", "MALFORMED"},
		"claims of another":            {"Bearer " + parts[0] + "." + strings.Split(l.signUp(t, "bob"), ".")[1] + "." + parts[2], "INVALID_SIGNATURE"},
		"the signature left out":       {"Bearer " + parts[0] + "." + parts[1] + ".", "INVALID_SIGNATURE"},
		"something after a good token": {"Bearer " + ada + " x", "MALFORMED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			headers := http.Header{"Content-Type": {"application/json"}, "Authorization": {c.authorization}}
			assertRefused(t, request(t, http.MethodPost, s.url, headers, []byte(`{"query": "{ workItems { nodes { id } } }"}`)), c.want)
		})
	}
}

// assertRefused checks that nothing was executed, for this reason, or that all was if that is "".
func assertRefused(t testing.TB, got answer, reason string) {
	t.Helper()
	if reason == "" {
		if got.status != http.StatusOK || got.code() != "" {
			t.Errorf("%d %s", got.status, got.text)
		}
		return
	}
	if got.status != http.StatusUnauthorized || got.code() != "UNAUTHENTICATED "+reason || got.Data != nil ||
		got.header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("%d %v %s, want UNAUTHENTICATED %s", got.status, got.header, got.text, reason)
	}
}

func TestATokenIsAcceptedUntilItExpires(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t, "LATCHKEY_ACCESS_TTL=10m")
	s := startService(t, l)
	ada := l.signUp(t, "ada")
	_, claims := opened(t, ada)
	expires := time.Unix(int64(claims["exp"].(float64)), 0)
	s.clock.set(expires.Add(29 * time.Second))
	assertRefused(t, s.do(t, ada, createTea), "")
	s.clock.set(expires.Add(31 * time.Second))
	assertRefused(t, s.do(t, ada, createTea), "EXPIRED")
}

func TestATokenOfLatchkeyForAnotherAudienceIsRefused(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t, "LATCHKEY_AUDIENCE=billing")
	ada := l.signUp(t, "ada")
	assertRefused(t, startService(t, l).do(t, ada, createTea), "INVALID_CLAIMS")
	assertRefused(t, startService(t, l, func(c *config) { c.audience = "billing" }).do(t, ada, createTea), "")
}

func TestEveryAlgorithmOfLatchkeyIsVerified(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"ES256", "RS256", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			l := startLatchkey(t, "LATCHKEY_JWT_ALG="+algorithm)
			ada := l.signUp(t, "ada")
			if header, _ := opened(t, ada); header["alg"] != algorithm {
				t.Fatalf("signed with %v", header["alg"])
			}
			assertRefused(t, startService(t, l).do(t, ada, createTea), "")
		})
	}
}

package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// forge makes tokens that differ from a good one in one thing.
type forge struct {
	t      testing.TB
	key    *ecdsa.PrivateKey
	claims jwt.MapClaims
	header map[string]any
	good   string
}

type change func(header map[string]any, claims jwt.MapClaims)

func claim(name string, value any) change {
	return func(_ map[string]any, claims jwt.MapClaims) { claims[name] = value }
}

func header(name string, value any) change {
	return func(header map[string]any, _ jwt.MapClaims) { header[name] = value }
}

func newForge(t testing.TB, s *testServer, m member) *forge {
	t.Helper()
	f := &forge{t: t, key: privateKey(t, s.config.KeysDir), claims: jwt.MapClaims{}, good: m.token}
	parsed, _, err := jwt.NewParser().ParseUnverified(m.token, f.claims)
	if err != nil {
		t.Fatal(err)
	}
	f.header = parsed.Header
	return f
}

func (f *forge) make(method jwt.SigningMethod, key any, changes ...change) string {
	f.t.Helper()
	forged := jwt.New(method)
	claims := jwt.MapClaims{}
	for name, value := range f.claims {
		claims[name] = value
	}
	for name, value := range f.header {
		if name != "alg" {
			forged.Header[name] = value
		}
	}
	for _, change := range changes {
		change(forged.Header, claims)
	}
	forged.Claims = claims
	text, err := forged.SignedString(key)
	if err != nil {
		f.t.Fatal(err)
	}
	return text
}

func (f *forge) sign(changes ...change) string {
	f.t.Helper()
	return f.make(jwt.SigningMethodES256, f.key, changes...)
}

func (f *forge) signWith(key *ecdsa.PrivateKey) string {
	f.t.Helper()
	return f.make(jwt.SigningMethodES256, key)
}

func (f *forge) unsigned() string {
	f.t.Helper()
	return f.make(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType)
}

func (f *forge) confused() string {
	f.t.Helper()
	der, err := x509.MarshalPKIXPublicKey(f.key.Public())
	if err != nil {
		f.t.Fatal(err)
	}
	return f.make(jwt.SigningMethodHS256, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// tampered has another role in its payload.
func (f *forge) tampered() string {
	f.t.Helper()
	other := strings.Split(f.sign(claim("role", "ADMIN")), ".")
	parts := strings.Split(f.good, ".")
	return parts[0] + "." + other[1] + "." + parts[2]
}

func privateKey(t testing.TB, dir string) *ecdsa.PrivateKey {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "signing.pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*ecdsa.PrivateKey)
}

func foreignKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

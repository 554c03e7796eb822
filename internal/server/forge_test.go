package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
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
	// keyPath is where the server has the private key.
	keyPath string
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
	f := &forge{t: t, key: privateKey(t, s.config.KeysDir), claims: jwt.MapClaims{}, good: m.token, keyPath: filepath.Join(s.config.KeysDir, "signing.pem")}
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

func (f *forge) signWith(key *ecdsa.PrivateKey, changes ...change) string {
	f.t.Helper()
	return f.make(jwt.SigningMethodES256, key, changes...)
}

func (f *forge) unsigned(changes ...change) string {
	f.t.Helper()
	return f.make(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, changes...)
}

// confused is authenticated with what everyone may know, as if it were a secret.
func (f *forge) confused(method jwt.SigningMethod, secret []byte) string {
	f.t.Helper()
	return f.make(method, secret)
}

// publicKey is the public key in DER and in PEM.
func (f *forge) publicKey() (der, asPEM []byte) {
	f.t.Helper()
	der, err := x509.MarshalPKIXPublicKey(f.key.Public())
	if err != nil {
		f.t.Fatal(err)
	}
	return der, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// json is the header and the payload of a token with these changes, to be spoilt further.
func (f *forge) json(changes ...change) (header, payload string) {
	f.t.Helper()
	parts := strings.Split(f.unsigned(changes...), ".")
	for i, target := range []*string{&header, &payload} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			f.t.Fatal(err)
		}
		*target = string(text)
	}
	return strings.Replace(header, `"alg":"none"`, `"alg":"ES256"`, 1), payload
}

// signText makes a token of two segments, whatever is in them.
func (f *forge) signText(header, payload string) string {
	f.t.Helper()
	return header + "." + payload + "." + segment(f.signature(header+"."+payload))
}

// signature is a right one of text.
func (f *forge) signature(text string) string {
	f.t.Helper()
	signature, err := jwt.SigningMethodES256.Sign(text, f.key)
	if err != nil {
		f.t.Fatal(err)
	}
	return string(signature)
}

func segment(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

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

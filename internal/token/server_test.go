package token_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"
	"github.com/golang-jwt/jwt/v5"

	"latchkey/internal/token"
)

const (
	issuer   = "https://id.example.org"
	audience = "latchkey"
	ttl      = 15 * time.Minute
)

// noon is when everything happens, unless a test says otherwise.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var (
	someUser    = uuid.Must(uuid.FromString("01930d2e-0000-7000-8000-000000000001"))
	someSession = uuid.Must(uuid.FromString("01930d2e-0000-7000-8000-000000000002"))
	someID      = uuid.Must(uuid.FromString("01930d2e-0000-7000-8000-000000000003"))
)

// issuingServer is what a server has: a key, its private half as read from the file, and the tokens made with it.
type issuingServer struct {
	*token.Tokens
	key     *token.Key
	private *ecdsa.PrivateKey
}

func newServer(t testing.TB) *issuingServer { return newServerAt(t, noon) }

func newServerAt(t testing.TB, now time.Time) *issuingServer {
	t.Helper()
	dir := t.TempDir()
	key, _, err := token.LoadOrCreateKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	tokens := token.New(token.FixedKeys{Key: key, RefreshKey: token.NewRefreshKey()}, token.Config{
		Issuer: issuer, Audience: audience, Now: func() time.Time { return now },
	})
	return &issuingServer{Tokens: tokens, key: key, private: readPrivate(t, dir)}
}

func readPrivate(t testing.TB, dir string) *ecdsa.PrivateKey {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "signing.pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return private.(*ecdsa.PrivateKey)
}

func foreignKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// members are a header or a payload. A nil value takes the member away.
type members map[string]any

// forge signs a token as the server does, but for what is changed.
func (s *issuingServer) forge(t testing.TB, header, claims members) string {
	t.Helper()
	return s.forgeWith(t, jwt.SigningMethodES256, s.private, header, claims)
}

func (s *issuingServer) forgeWith(t testing.TB, method jwt.SigningMethod, key any, header, claims members) string {
	t.Helper()
	payload := jwt.MapClaims{
		"iss": issuer, "aud": audience, "sub": someUser.String(), "jti": someID.String(), "sid": someSession.String(),
		"iat": noon.Unix(), "nbf": noon.Unix(), "exp": noon.Add(ttl).Unix(), "role": "USER", "ver": 1,
	}
	change(payload, claims)
	unsigned := jwt.NewWithClaims(method, payload)
	change(unsigned.Header, members{"typ": "at+jwt", "kid": s.key.ID})
	change(unsigned.Header, header)
	signed, err := unsigned.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func change(all map[string]any, changes members) {
	maps.Copy(all, changes)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
}

package token_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"
	"github.com/golang-jwt/jwt/v5"

	"latchkey/internal/testkeys"
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

// issuingServer is what a server has: a key, its private half as a file holds it, and the tokens made with it.
type issuingServer struct {
	*token.Tokens
	key     *token.Key
	private *ecdsa.PrivateKey
}

func newServer(t testing.TB) *issuingServer { return newServerAt(t, noon) }

func newServerAt(t testing.TB, now time.Time) *issuingServer {
	t.Helper()
	keys := testkeys.New(t)
	return &issuingServer{Tokens: tokensAt(keys, now), key: keys.Key, private: private[*ecdsa.PrivateKey](t, keys.Key)}
}

// newServerWith is a server whose key is not for ES256, perhaps: it has no private.
func newServerWith(t testing.TB, key *token.Key) *issuingServer {
	t.Helper()
	return &issuingServer{Tokens: tokensAt(testkeys.Fixed{Key: key, RefreshKey: token.NewRefreshKey()}, noon), key: key}
}

func tokensAt(keys token.Keys, now time.Time) *token.Tokens {
	return token.New(keys, token.Config{Issuer: issuer, Audience: audience, Now: func() time.Time { return now }})
}

// private is the private half of a key, as its file says.
func private[K any](t testing.TB, key *token.Key) K {
	t.Helper()
	text, err := key.PEM()
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.(K)
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

package server_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"latchkey/ent"
	"latchkey/internal/config"
	"latchkey/internal/keys"
	"latchkey/internal/testdb"
)

const unsigned = "UNAUTHENTICATED reason=INVALID_SIGNATURE"

// unknownKid could be a thumbprint.
const unknownKid = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// operator are the keys of the server's database, as the command line changes them.
func (s *testServer) operator(t testing.TB) keys.Config {
	t.Helper()
	return keys.Config{
		DB: testdb.Open(t, s.config.DatabaseURL), Dir: s.config.KeysDir, Algorithm: s.config.JWTAlg,
		AccessTTL: s.config.AccessTTL, Now: s.clock.Now,
	}
}

// look makes the server look for new keys, by a token that names one that does not exist.
func (s *testServer) look(t testing.TB) {
	t.Helper()
	forged := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{})
	forged.Header["kid"] = unknownKid
	text, err := forged.SignedString(foreignKey(t))
	if err != nil {
		t.Fatal(err)
	}
	s.ask(t, text, me, nil).refused(t, unsigned)
}

func kidOf(t testing.TB, accessToken string) string {
	t.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(accessToken, jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Header["kid"].(string)
}

// jwk is a published key, as another service reads it.
type jwk struct{ Kty, Crv, X, Y, N, E, Kid, Alg, Use string }

func (s *testServer) published(t testing.TB) []jwk {
	t.Helper()
	var body struct{ Keys []jwk }
	a := s.send(t, http.MethodGet, "/.well-known/jwks.json", nil, nil)
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != http.StatusOK {
		t.Fatalf("status %d, %v: %s", a.status, err, a.body)
	}
	return body.Keys
}

func (s *testServer) publishedKids(t testing.TB) []string {
	t.Helper()
	var kids []string
	for _, key := range s.published(t) {
		kids = append(kids, key.Kid)
	}
	return kids
}

// public is the key itself.
func (k jwk) public(t testing.TB) crypto.PublicKey {
	t.Helper()
	number := func(text string) []byte {
		decoded, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return decoded
	}
	switch k.Kty {
	case "EC":
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, number(k.X), number(k.Y)))
		if err != nil {
			t.Fatal(err)
		}
		return key
	case "RSA":
		return &rsa.PublicKey{N: new(big.Int).SetBytes(number(k.N)), E: int(new(big.Int).SetBytes(number(k.E)).Int64())}
	default:
		return ed25519.PublicKey(number(k.X))
	}
}

func TestEveryAlgorithmIsIssuedAcceptedAndPublished(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"ES256", "RS256", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			s := start(t, testdb.SQLite(t), func(c *config.Config) { c.JWTAlg = algorithm })
			ada := s.join(t, "ada@example.org")
			s.ask(t, ada.token, me, nil).ok(t)
			if a := s.ask(t, "", validate, vars{"token": ada.token}).ok(t); a.at(t, "validateToken.active") != "true" {
				t.Error(a.body)
			}
			published := s.published(t)
			if len(published) != 1 || published[0].Alg != algorithm || published[0].Use != "sig" || published[0].Kid != kidOf(t, ada.token) {
				t.Fatalf("published %+v", published)
			}
			_, err := jwt.Parse(ada.token, func(*jwt.Token) (any, error) { return published[0].public(t), nil },
				jwt.WithValidMethods([]string{algorithm}), jwt.WithTimeFunc(s.clock.Now), jwt.WithIssuer(s.config.Issuer), jwt.WithAudience("latchkey"))
			if err != nil {
				t.Errorf("another service refuses the token: %v", err)
			}
			tampered := ada.token[:len(ada.token)-10] + "AAAAAAAAAA"
			s.ask(t, tampered, me, nil).refused(t, unsigned)
			if strings.Contains(s.log.String(), "LATCHKEY_JWT_ALG") {
				t.Error("warned about the algorithm")
			}
		})
	}
}

func TestNewKeyIsPublishedAtOnceAndSignsTenMinutesLater(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		first := kidOf(t, ada.token)
		rotation, err := keys.Rotate(t.Context(), s.operator(t), false)
		if err != nil {
			t.Fatal(err)
		}
		next := rotation.Key.ID
		s.look(t)
		if got := s.publishedKids(t); !slices.Equal(got, []string{first, next}) {
			t.Errorf("published %v", got)
		}
		signs := func(want string) string {
			t.Helper()
			accessToken := s.login(t, "ada@example.org", secret)
			if got := kidOf(t, accessToken); got != want {
				t.Errorf("signed with %s, want %s", got, want)
			}
			s.ask(t, accessToken, me, nil).ok(t)
			return accessToken
		}
		s.clock.Advance(10 * time.Minute)
		last := signs(first) // who has asked a server before it noticed may still lack the new key
		s.clock.Advance(5 * time.Second)
		signs(next)
		s.ask(t, last, me, nil).ok(t)

		if err := keys.Remove(t.Context(), s.operator(t), first, false); err == nil {
			t.Error("a key was removed that has tokens")
		}
		s.clock.Advance(15*time.Minute + 34*time.Second)
		s.ask(t, last, me, nil).refused(t, "UNAUTHENTICATED reason=EXPIRED")
		s.clock.Advance(time.Second)
		if err := keys.Remove(t.Context(), s.operator(t), first, false); err != nil {
			t.Error(err)
		}
		s.look(t)
		if got := s.publishedKids(t); !slices.Equal(got, []string{next}) {
			t.Errorf("published %v", got)
		}
		s.ask(t, last, me, nil).refused(t, unsigned)
	})
}

// The other server has not looked since: it does so because of the token.
func TestTokenOfABrandNewKeyIsAcceptedByEveryServer(t *testing.T) {
	t.Parallel()
	one := start(t, testdb.MariaDB(t))
	one.join(t, "ada@example.org")
	others := []*testServer{startWith(t, one.config), startWith(t, one.config)}
	for range 3 {
		one.clock.Advance(time.Second)
		for _, other := range others {
			other.clock.Advance(time.Second)
		}
		rotation, err := keys.Rotate(t.Context(), one.operator(t), true)
		if err != nil {
			t.Fatal(err)
		}
		one.look(t)
		accessToken := one.login(t, "ada@example.org", secret)
		if kidOf(t, accessToken) != rotation.Key.ID {
			t.Fatal("it is not signed with the new key")
		}
		for _, other := range others {
			other.ask(t, accessToken, me, nil).ok(t)
		}
	}
}

func TestPublicKeysOverHTTP(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	const path = "/.well-known/jwks.json"
	expect := func(a *answer, status int, body bool) {
		t.Helper()
		if a.status != status || (a.body != "") != body {
			t.Errorf("status %d, body %q", a.status, a.body)
		}
		for name, want := range map[string]string{"Cache-Control": "public, max-age=600", "Access-Control-Allow-Origin": "*"} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}
	a := s.send(t, http.MethodGet, path, nil, nil)
	expect(a, http.StatusOK, true)
	if got := a.header.Get("Content-Type"); got != "application/jwk-set+json" {
		t.Errorf("Content-Type %q", got)
	}
	if strings.Contains(a.body, `"d"`) || !strings.HasPrefix(a.body, `{"keys":[{"kty":"EC","crv":"P-256",`) {
		t.Errorf("body %s", a.body)
	}
	tag := a.header.Get("ETag")
	expect(s.send(t, http.MethodHead, path, nil, nil), http.StatusOK, false)
	expect(s.send(t, http.MethodGet, path, http.Header{"If-None-Match": {tag}}, nil), http.StatusNotModified, false)
	expect(s.send(t, http.MethodGet, path, http.Header{"If-None-Match": {`"x", ` + tag}}, nil), http.StatusNotModified, false)
	expect(s.send(t, http.MethodGet, path, http.Header{"If-None-Match": {`"x"`}}, nil), http.StatusOK, true)
	if _, err := keys.Rotate(t.Context(), s.operator(t), false); err != nil {
		t.Fatal(err)
	}
	s.look(t)
	expect(s.send(t, http.MethodGet, path, http.Header{"If-None-Match": {tag}}, nil), http.StatusOK, true)
}

func TestServerThatLacksAKeyIsNotReadyAndGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		const notReady = "the keys are not those of the database\n"
		ada := s.join(t, "ada@example.org")
		operator := s.operator(t)
		operator.Dir = t.TempDir() // of another server, with a copy of the keys
		if err := os.CopyFS(operator.Dir, os.DirFS(s.config.KeysDir)); err != nil {
			t.Fatal(err)
		}
		rotation, err := keys.Rotate(t.Context(), operator, false)
		if err != nil {
			t.Fatal(err)
		}
		s.look(t)
		s.expect(t, "/readyz", http.StatusServiceUnavailable, notReady)
		s.expect(t, "/healthz", http.StatusOK, "ok\n")
		s.ask(t, ada.token, me, nil).ok(t)
		if got := strings.Count(s.log.String(), "lacks keys of this database: "+rotation.Key.ID); got != 1 {
			t.Errorf("%d lines of the log tell that it is missing:\n%s", got, s.log.String())
		}
		// Another server might sign with it: nobody can say that its tokens are forged.
		f := newForge(t, s, ada)
		s.ask(t, f.sign(header("kid", rotation.Key.ID)), me, nil).refused(t, unavailable)

		if err := keys.Remove(t.Context(), operator, rotation.Key.ID, false); err != nil {
			t.Fatal(err)
		}
		s.expect(t, "/readyz", http.StatusOK, "ready\n")
		s.ask(t, f.sign(header("kid", rotation.Key.ID)), me, nil).refused(t, unsigned)
	})
}

func TestServerWithoutAnyRecordedKeyServesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		kid := kidOf(t, ada.token)
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error { return tx.KeyRecord.DeleteOneID(kid).Exec(ctx) })
		s.look(t)
		s.expect(t, "/readyz", http.StatusServiceUnavailable, "the keys are not those of the database\n")
		for accept, want := range map[string]string{
			"":    "application/graphql-response+json",
			"*/*": "application/graphql-response+json",
			"application/graphql-response+json, application/json;q=0.9": "application/graphql-response+json",
			"application/json": "application/json",
		} {
			a := s.askWith(t, http.Header{"Accept": {accept}, "Authorization": {"Bearer " + ada.token}}, me, nil).refused(t, unavailable)
			if a.status != http.StatusServiceUnavailable || !strings.HasPrefix(a.header.Get("Content-Type"), want) ||
				a.header.Get("Retry-After") != "1" || a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-Request-Id") == "" {
				t.Errorf("status %d, header %v", a.status, a.header)
			}
		}
		s.expect(t, "/.well-known/jwks.json", http.StatusServiceUnavailable, "there are no keys\n")
		if a := s.send(t, http.MethodGet, "/.well-known/jwks.json", nil, nil); a.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("pages can't read why there are no keys: %v", a.header)
		}
		if _, err := keys.Rotate(t.Context(), s.operator(t), true); err != nil {
			t.Fatal(err)
		}
		s.expect(t, "/readyz", http.StatusOK, "ready\n")
		s.ask(t, ada.token, me, nil).refused(t, unsigned)
		s.join(t, "grace@example.org")
	})
}

func TestOtherAlgorithmThanConfiguredIsOneWarning(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	warnings := func(s *testServer) int { return strings.Count(s.log.String(), "LATCHKEY_JWT_ALG") }
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	c := s.config
	c.JWTAlg = "EdDSA"
	other := startWith(t, c)
	ada := other.join(t, "ada@example.org")
	if warnings(s) != 0 || warnings(other) != 1 || !strings.Contains(other.log.String(), "latchkey keys rotate") {
		t.Errorf("%d and %d warnings", warnings(s), warnings(other))
	}
	other.ask(t, ada.token, me, nil).ok(t)
	if _, err := keys.Rotate(t.Context(), other.operator(t), false); err != nil {
		t.Fatal(err)
	}
	if err := other.stop(); err != nil {
		t.Fatal(err)
	}
	if warned := warnings(startWith(t, c)); warned != 0 {
		t.Errorf("%d warnings after the rotation", warned)
	}
}

func TestUnknownKidWhileTheDatabaseIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	s := start(t, gate.URL)
	f := newForge(t, s, s.join(t, "ada@example.org"))
	forged := f.sign(header("kid", unknownKid))
	gate.Close()
	s.ask(t, forged, me, nil).refused(t, unavailable)
	if a := s.ask(t, f.sign(header("kid", "signing")), me, nil); a.status != http.StatusServiceUnavailable { // it has been noticed already
		a.refused(t, unsigned) // no kid of ours looks like that
	}
	gate.Open()
	s.awaitReady(t)
	s.ask(t, forged, me, nil).refused(t, unsigned)
}

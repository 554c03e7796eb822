package token_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"latchkey/internal/token"
)

var algorithms = []string{"ES256", "RS256", "EdDSA"}

// The keys of the RFCs' examples. Only their numbers are there: the PEM files were made of them.
var rfcKeys = []struct {
	name, file, id, algorithm string
	public                    token.JWK // without kid, alg and use
}{
	{
		"P-256 of RFC 7515 A.3", "rfc7515.pem",
		"oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", // not in the RFC, but computed by Node's crypto
		"ES256",
		token.JWK{
			KeyType: "EC", Curve: "P-256", X: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", Y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
		},
	},
	{
		"RSA of RFC 7638 §3.1", "rfc7638.pem", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "RS256",
		token.JWK{
			KeyType: "RSA", Exponent: "AQAB",
			Modulus: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst" +
				"n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5" +
				"hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
		},
	},
	{
		"Ed25519 of RFC 8037 A.3", "rfc8037.pem", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "EdDSA",
		token.JWK{KeyType: "OKP", Curve: "Ed25519", X: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
	},
}

func TestParseKeyKnowsTheKeysOfTheRFCs(t *testing.T) {
	t.Parallel()
	for _, c := range rfcKeys {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			key, err := token.ParseKey(testdata(t, c.file))
			if err != nil {
				t.Fatal(err)
			}
			if key.ID != c.id || key.Algorithm() != c.algorithm {
				t.Errorf("kid %s for %s, want %s for %s", key.ID, key.Algorithm(), c.id, c.algorithm)
			}
			c.public.ID, c.public.Algorithm, c.public.Use = c.id, c.algorithm, "sig"
			if key.Public() != c.public {
				t.Errorf("public key\n%+v, want\n%+v", key.Public(), c.public)
			}
		})
	}
}

func testdata(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestNewKeyMakesAKeyThatAFileCanHold(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			key, err := token.NewKey(algorithm)
			if err != nil || key.Algorithm() != algorithm {
				t.Fatalf("%v, %v", key, err)
			}
			text, err := key.PEM()
			if err != nil {
				t.Fatal(err)
			}
			again, err := token.ParseKey(text)
			if err != nil || again.Public() != key.Public() || again.ID != key.ID {
				t.Errorf("read again: %+v, %v", again, err)
			}
		})
	}
	t.Run("of 3072 bits for RS256", func(t *testing.T) {
		t.Parallel()
		key, err := token.NewKey("RS256")
		if err != nil {
			t.Fatal(err)
		}
		if bits := private[*rsa.PrivateKey](t, key).N.BitLen(); bits != 3072 {
			t.Errorf("%d bits", bits)
		}
	})
	t.Run("and none for other algorithms", func(t *testing.T) {
		t.Parallel()
		for _, algorithm := range []string{"", "none", "HS256", "ES384", "es256"} {
			if key, err := token.NewKey(algorithm); err == nil {
				t.Errorf("%s: %v", algorithm, key)
			}
		}
	})
}

// One in 64 would: 1,000 keys without are no accident.
func TestNewKeyHasAnIDThatNoCommandLineTakesForAFlag(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{42}$`)
	for range 1000 {
		key, err := token.NewKey("EdDSA")
		if err != nil || !id.MatchString(key.ID) {
			t.Fatalf("kid %q, %v", key.ID, err)
		}
	}
}

func TestParseKeyRefusesOtherFiles(t *testing.T) {
	t.Parallel()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := string(testdata(t, "rfc7515.pem"))
	der, _ := pem.Decode([]byte(good))
	const notPEM, unreadable, tooLong = "not a PEM file", "can't be read", "too long"
	for _, c := range []struct{ name, text, want string }{
		{"an empty file", "", notPEM},
		{"text", "hunter2", notPEM},
		{"another type of PEM", strings.ReplaceAll(good, "PRIVATE KEY", "EC PRIVATE KEY"), notPEM},
		{"an encrypted key", strings.ReplaceAll(good, "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), notPEM},
		{"a refresh key", string(token.NewRefreshKey().PEM()), notPEM},
		{"half a file", good[:len(good)/2], notPEM},
		{"half a key", asPEM("PRIVATE KEY", der.Bytes[:len(der.Bytes)/2]), unreadable},
		{"an empty key", asPEM("PRIVATE KEY", nil), unreadable},
		{"two keys", good + good, "more in the file"},
		{"a key and a word", good + "\nhunter2", "more in the file"},
		{"a key after a novel", strings.Repeat("hunter2 ", 2048) + "\n" + good, tooLong},
		{"a P-384 key", privatePEM(t, p384), "not on the curve P-256"},
		{"an X25519 key", privatePEM(t, x25519), "none of the kinds"},
		{"an RSA key of 1024 bits", privatePEM(t, rsaOf(t, 1024)), "1024 bits"},
		{"an RSA key of 2047 bits", privatePEM(t, rsaOf(t, 2047)), "2047 bits"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			key, err := token.ParseKey([]byte(c.text))
			if key != nil || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("key %v, error %v; want %q", key, err, c.want)
			}
			for line := range strings.Lines(c.text) {
				if line = strings.TrimSpace(line); line != "" && strings.Contains(err.Error(), line) {
					t.Errorf("the error repeats the file: %v", err)
				}
			}
		})
	}
}

func rsaOf(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func asPEM(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func privatePEM(t *testing.T, private crypto.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return asPEM("PRIVATE KEY", der)
}

// RFC 8725 §3.1: what the header says about the algorithm decides nothing.
func TestVerifyKnowsOneAlgorithmPerKey(t *testing.T) {
	t.Parallel()
	methods := map[string]jwt.SigningMethod{
		"ES256": jwt.SigningMethodES256, "RS256": jwt.SigningMethodRS256, "EdDSA": jwt.SigningMethodEdDSA,
		"PS256": jwt.SigningMethodPS256, "RS512": jwt.SigningMethodRS512,
	}
	for _, c := range rfcKeys {
		key, err := token.ParseKey(testdata(t, c.file))
		if err != nil {
			t.Fatal(err)
		}
		s := newServerWith(t, key)
		for name, method := range methods {
			signer := private[any](t, key)
			if _, err := method.Sign("x", signer); err != nil {
				continue // of another kind of key
			}
			want := token.InvalidSignature
			if name == c.algorithm {
				want = accepted
			}
			s.check(t, []verifyCase{{name + " with " + c.name, s.forgeWith(t, method, signer, nil, nil), want}})
		}
		for _, other := range slices.DeleteFunc(slices.Clone(algorithms), func(a string) bool { return a == c.algorithm }) {
			relabelled := s.forgeWith(t, methods[c.algorithm], private[any](t, key), nil, nil)
			header, rest, _ := strings.Cut(relabelled, ".")
			text, _ := base64.RawURLEncoding.DecodeString(header)
			header = segment(strings.Replace(string(text), c.algorithm, other, 1))
			s.check(t, []verifyCase{{other + " in the header over " + c.name, header + "." + rest, token.InvalidSignature}})
		}
	}
}

func TestEveryAlgorithmSignsWhatItVerifies(t *testing.T) {
	t.Parallel()
	for _, c := range rfcKeys {
		t.Run(c.algorithm, func(t *testing.T) {
			t.Parallel()
			key, err := token.ParseKey(testdata(t, c.file))
			if err != nil {
				t.Fatal(err)
			}
			s := newServerWith(t, key)
			raw, err := s.Issue(token.Claims{UserID: someUser, SessionID: someSession, ID: someID, ExpiresAt: noon.Add(ttl)})
			if err != nil {
				t.Fatal(err)
			}
			s.check(t, []verifyCase{{"the token", raw, accepted}})
			header, _, _ := strings.Cut(raw, ".")
			equalMembers(t, header, members{"typ": "at+jwt", "alg": c.algorithm, "kid": c.id})
		})
	}
}

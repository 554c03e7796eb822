package token_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"latchkey/internal/token"
)

// accepted stands for no Problem.
const accepted token.Problem = ""

type verifyCase struct {
	name string
	raw  string
	want token.Problem
}

func (s *issuingServer) check(t *testing.T, cases []verifyCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			claims, err := s.Verify(t.Context(), c.raw)
			var got token.Problem
			if err != nil && !errors.As(err, &got) {
				t.Fatalf("not a Problem: %v", err)
			}
			if got != c.want {
				t.Errorf("problem %q, want %q", string(got), string(c.want))
			}
			if err != nil && claims != (token.Claims{}) {
				t.Errorf("a refused token still says %+v", claims)
			}
		})
	}
}

func TestVerifyRefusesWhatIsNotAJWT(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	good := s.forge(t, nil, nil)
	segments := strings.Split(good, ".")
	last := good[len(good)-1]
	s.check(t, []verifyCase{
		{"the token that is changed below", good, accepted},
		{"nothing", "", token.Missing},
		{"a space", " ", token.Malformed},
		{"a word", "hunter2", token.Malformed},
		{"two dots", "..", token.Malformed},
		{"garbage with two dots", "not.a.jwt", token.Malformed},
		{"NUL and bytes that are not UTF-8", "\x00.\xff.\xfe", token.Malformed},
		{"no signature segment", segments[0] + "." + segments[1], token.Malformed},
		{"four segments", good + ".x", token.Malformed},
		{"five segments, as encryption has", good + ".x.y", token.Malformed},
		{"padding", good + "==", token.Malformed},
		{"a space before it", " " + good, token.Malformed},
		{"a space after it", good + " ", token.Malformed},
		{"a line break after it", good + "\n", token.Malformed},
		{"a line break in the signature", good[:len(good)-5] + "\r\n" + good[len(good)-5:], token.Malformed},
		{"a signature spelt in another way", good[:len(good)-1] + string(sameBits(t, last)), token.Malformed},
		{"a header that is no object", segment("5") + "." + segments[1] + "." + segments[2], token.Malformed},
		{"a payload that is no object", segments[0] + "." + segment("[]") + "." + segments[2], token.Malformed},
		{"a header that is null", segment("null") + "." + segments[1] + "." + segments[2], token.InvalidSignature},
	})
}

// sameBits returns another character that ends a signature of 64 bytes with the same bits: the last four bits of its last
// character mean nothing.
func sameBits(t *testing.T, last byte) byte {
	t.Helper()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	index := strings.IndexByte(alphabet, last)
	if index%16 != 0 {
		t.Fatalf("a signature of 64 bytes does not end with %c", last)
	}
	return alphabet[index+1]
}

func segment(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestVerifyRefusesForgedSignatures(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	foreign := foreignKey(t)
	good := strings.Split(s.forge(t, nil, nil), ".")
	promoted := strings.Split(s.forge(t, nil, members{"role": "ADMIN"}), ".")
	der, err := x509.MarshalPKIXPublicKey(&s.private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	point, err := s.private.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	hmacWith := func(key []byte) string { return s.forgeWith(t, jwt.SigningMethodHS256, key, nil, nil) }
	signed := func(header members) string { return s.forgeWith(t, jwt.SigningMethodES256, foreign, header, nil) }
	jwk := members{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}

	s.check(t, []verifyCase{
		{"the payload of another token", good[0] + "." + promoted[1] + "." + good[2], token.InvalidSignature},
		{"the signature of another token", good[0] + "." + good[1] + "." + promoted[2], token.InvalidSignature},
		{"an empty signature", good[0] + "." + good[1] + ".", token.InvalidSignature},
		{"a signature of zeros", good[0] + "." + good[1] + "." + segment(strings.Repeat("\x00", 64)), token.InvalidSignature},
		{"a signature that is too long", good[0] + "." + good[1] + "." + good[2] + "AAAA", token.InvalidSignature},
		{"no algorithm", s.forgeWith(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, nil), token.InvalidSignature},
		{"an algorithm called None", s.forge(t, members{"alg": "None"}, nil), token.InvalidSignature},
		{"no alg member", s.forge(t, members{"alg": nil}, nil), token.InvalidSignature},
		{"HS256 with the public key in PEM", hmacWith(asPEM), token.InvalidSignature},
		{"HS256 with the public key in PEM, trimmed", hmacWith([]byte(strings.TrimSpace(string(asPEM)))), token.InvalidSignature},
		{"HS256 with the public key in DER", hmacWith(der), token.InvalidSignature},
		{"HS256 with the public key's point", hmacWith(point), token.InvalidSignature},
		{"HS256 with nothing", hmacWith(nil), token.InvalidSignature},
		{"a foreign key under our kid", signed(nil), token.InvalidSignature},
		{"a foreign key under a kid of its own", signed(members{"kid": "theirs"}), token.InvalidSignature},
		{"a foreign key that is sent along as jwk", signed(members{"jwk": jwk, "kid": nil}), token.InvalidSignature},
		{"a foreign key to be fetched from jku", signed(members{"jku": "https://evil.example"}), token.InvalidSignature},
		{"a foreign key to be fetched from x5u", signed(members{"x5u": "https://evil.example"}), token.InvalidSignature},
		{"our key with ES384", s.forgeES384(t), token.InvalidSignature},
		{"our key under an unknown kid", s.forge(t, members{"kid": "unknown"}, nil), token.InvalidSignature},
		{"our key without a kid", s.forge(t, members{"kid": nil}, nil), token.InvalidSignature},
		{"our key under an empty kid", s.forge(t, members{"kid": ""}, nil), token.InvalidSignature},
		{"our key under a kid that is a list", s.forge(t, members{"kid": []string{s.key.ID}}, nil), token.InvalidSignature},
	})
}

// forgeES384 signs with our key and another algorithm, as the library itself refuses to.
func (s *issuingServer) forgeES384(t *testing.T) string {
	t.Helper()
	unsigned := s.forge(t, members{"alg": "ES384"}, nil)
	unsigned = unsigned[:strings.LastIndexByte(unsigned, '.')]
	hash := sha512.Sum384([]byte(unsigned))
	x, y, err := ecdsa.Sign(rand.Reader, s.private, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := make([]byte, 96)
	x.FillBytes(signature[:48])
	y.FillBytes(signature[48:])
	return unsigned + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestVerifyLooksAtTheType(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	typ := func(value any) string { return s.forge(t, members{"typ": value}, nil) }
	s.check(t, []verifyCase{
		{"at+jwt", typ("at+jwt"), accepted},
		{"AT+JWT", typ("AT+JWT"), accepted},
		{"application/at+jwt", typ("application/at+jwt"), accepted},
		{"Application/At+JWT", typ("Application/At+JWT"), accepted},
		{"JWT", typ("JWT"), token.InvalidClaims},
		{"none", typ(nil), token.InvalidClaims},
		{"the empty one", typ(""), token.InvalidClaims},
		{"id_token", typ("id_token"), token.InvalidClaims},
		{"application/at+jwt twice", typ("application/application/at+jwt"), token.InvalidClaims},
		{"a list", typ([]string{"at+jwt"}), token.InvalidClaims},
		{"at+jwt with critical extensions", s.forge(t, members{"crit": []string{"exp"}}, nil), token.InvalidClaims},
		{"at+jwt with no critical extension", s.forge(t, members{"crit": []string{}}, nil), token.InvalidClaims},
	})
}

func TestVerifyLooksAtTheClaims(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	with := func(name string, value any) string { return s.forge(t, nil, members{name: value}) }
	cases := []verifyCase{
		{"another issuer", with("iss", "https://evil.example"), token.InvalidClaims},
		{"an issuer with a slash more", with("iss", issuer+"/"), token.InvalidClaims},
		{"an issuer in another case", with("iss", strings.ToUpper(issuer)), token.InvalidClaims},
		{"another audience", with("aud", "another"), token.InvalidClaims},
		{"no audience in a list", with("aud", []string{}), token.InvalidClaims},
		{"other audiences", with("aud", []string{"another", "a third"}), token.InvalidClaims},
		{"our audience among others", with("aud", []string{"another", audience}), accepted},
		{"an audience that is a number", with("aud", 5), token.Malformed},
		{"an expiry that is text", with("exp", "tomorrow"), token.Malformed},
		{"a version that is text", with("ver", "1"), token.Malformed},
	}
	for _, name := range []string{"iss", "aud", "exp", "sub", "jti", "sid"} {
		cases = append(cases, verifyCase{"without " + name, with(name, nil), token.InvalidClaims})
	}
	for _, name := range []string{"iss", "aud", "sub", "jti", "sid"} {
		cases = append(cases, verifyCase{"an empty " + name, with(name, ""), token.InvalidClaims})
	}
	for _, name := range []string{"sub", "jti", "sid"} {
		cases = append(cases, verifyCase{"a " + name + " that is no UUID", with(name, "alice"), token.InvalidClaims})
	}
	s.check(t, cases)
}

func TestVerifyLooksAtTheClock(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	at := func(name string, offset time.Duration) string {
		return s.forge(t, nil, members{name: noon.Add(offset).Unix()})
	}
	s.check(t, []verifyCase{
		{"a token that ends in a second", at("exp", time.Second), accepted},
		{"a token that has ended 29 s ago", at("exp", -29*time.Second), accepted},
		{"a token that has ended 30 s ago", at("exp", -30*time.Second), token.Expired},
		{"a token that has ended an hour ago", at("exp", -time.Hour), token.Expired},
		{"a token that ends in a day", at("exp", 24*time.Hour), accepted},
		{"a token that no server issues: it ends later", at("exp", 24*time.Hour+31*time.Second), token.InvalidClaims},
		{"a token that ends in the year 9999", s.forge(t, nil, members{"exp": 253402300799}), token.InvalidClaims},
		{"a token that ended in 1970", s.forge(t, nil, members{"exp": 0}), token.Expired},
		{"a token for 30 s from now", at("nbf", 30*time.Second), accepted},
		{"a token for 31 s from now", at("nbf", 31*time.Second), token.NotYetValid},
		{"a token for any time before its end", s.forge(t, nil, members{"nbf": nil}), accepted},
	})
}

// What no waiting and no log-in would mend is told first.
func TestVerifyOfSeveralProblemsReportsTheWorst(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	expired := func(header, claims members) string {
		all := members{"exp": noon.Add(-time.Hour).Unix()}
		maps.Copy(all, claims)
		return s.forge(t, header, all)
	}
	s.check(t, []verifyCase{
		{"expired and for another audience", expired(nil, members{"aud": "another"}), token.InvalidClaims},
		{"expired and of another issuer", expired(nil, members{"iss": "another"}), token.InvalidClaims},
		{"expired and without audience", expired(nil, members{"aud": nil}), token.InvalidClaims},
		{"expired and not yet valid", expired(nil, members{"nbf": noon.Add(time.Hour).Unix()}), token.Expired},
		{"expired and of another type", expired(members{"typ": "JWT"}, nil), token.InvalidClaims},
		{"expired and without session", expired(nil, members{"sid": nil}), token.InvalidClaims},
		{"expired and under an unknown kid", expired(members{"kid": "unknown"}, nil), token.InvalidSignature},
	})
}

// The library decodes the header before it looks at the signature, into many times its size: a stranger could fill the memory.
func TestVerifyDoesNotReadWhatIsTooLong(t *testing.T) {
	s := newServer(t)
	long := segment(`{"alg":"ES256","kid":"`+s.key.ID+`","x":[`+strings.Repeat("{},", 200_000)+`{}]}`) + "." + segment("{}") + "." + segment("x")
	s.check(t, []verifyCase{{"800 kB of header", long, token.Malformed}})
	raw, err := s.Issue(token.Claims{UserID: someUser, SessionID: someSession, ID: someID, ExpiresAt: noon.Add(ttl)})
	if err != nil {
		t.Fatal(err)
	}
	allocations := testing.AllocsPerRun(10, func() {
		if _, err := s.Verify(t.Context(), long); err == nil {
			t.Error("accepted")
		}
	})
	if allocations > 10 {
		t.Errorf("%.0f allocations for what is refused unread", allocations)
	}
	if _, err := s.Verify(t.Context(), raw); err != nil {
		t.Error(err)
	}
}

// Package token makes and verifies access tokens: JWTs as RFC 9068 profiles them, signed with ES256.
//
// Tokens issues them, and Verify accepts only what it could have issued itself: one algorithm, a known key, this issuer,
// this audience, this type, every claim present (RFC 8725). Whether a token has been taken back is not decided here but by
// the database, which internal/auth asks.
package token

import (
	"errors"
	"strings"
	"time"

	"github.com/gofrs/uuid/v5"
	"github.com/golang-jwt/jwt/v5"
)

// Leeway is how far the clocks of two servers may differ: a token is accepted this much before its nbf and after its exp.
const Leeway = 30 * time.Second

// mediaType is the typ of an access token (RFC 9068 §2.1). It keeps other JWTs of the same key from passing as one.
const mediaType = "at+jwt"

// Claims are what an access token says.
type Claims struct {
	UserID    uuid.UUID // sub
	SessionID uuid.UUID // sid
	ID        uuid.UUID // jti
	Role      string    // for other services; Latchkey itself reads the user's row
	Version   int       // ver: the user's credential version at the time of issue
	ExpiresAt time.Time // exp, whole seconds; set by Issue
}

// Config says for whom tokens are issued.
type Config struct {
	Issuer   string           // iss
	Audience string           // aud
	TTL      time.Duration    // from issue to expiry; whole seconds
	Now      func() time.Time // the clock
}

// Tokens issues and verifies access tokens with one key. Safe for concurrent use.
type Tokens struct {
	key       *Key
	config    Config
	parser    *jwt.Parser // of the form and the signature
	validator *jwt.Validator
}

// New returns Tokens that sign with key.
func New(key *Key, config Config) *Tokens {
	return &Tokens{
		key:    key,
		config: config,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}),
			jwt.WithStrictDecoding(),
			jwt.WithoutClaimsValidation(),
		),
		validator: jwt.NewValidator(
			jwt.WithIssuer(config.Issuer),
			jwt.WithAudience(config.Audience),
			jwt.WithExpirationRequired(),
			jwt.WithLeeway(Leeway),
			jwt.WithTimeFunc(config.Now),
		),
	}
}

// TTL is how long a token lives after its issue.
func (t *Tokens) TTL() time.Duration { return t.config.TTL }

// wireClaims is the payload as RFC 9068 §2.2 and OpenID Connect (sid) spell it.
type wireClaims struct {
	jwt.RegisteredClaims
	SessionID string `json:"sid"`
	Role      string `json:"role"`
	Version   int    `json:"ver"`
}

// Issue signs a token that says c, from now until now plus the TTL.
func (t *Tokens) Issue(c Claims) (string, error) {
	now := t.config.Now()
	unsigned := jwt.NewWithClaims(jwt.SigningMethodES256, wireClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    t.config.Issuer,
			Audience:  jwt.ClaimStrings{t.config.Audience},
			Subject:   c.UserID.String(),
			ID:        c.ID.String(),
			IssuedAt:  jwt.NewNumericDate(now),
			NotBefore: jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(t.config.TTL)),
		},
		SessionID: c.SessionID.String(),
		Role:      c.Role,
		Version:   c.Version,
	})
	unsigned.Header["typ"] = mediaType
	unsigned.Header["kid"] = t.key.ID
	return unsigned.SignedString(t.key.private)
}

// Verify returns what a token says, or the Problem that makes it unacceptable.
func (t *Tokens) Verify(raw string) (Claims, error) {
	if raw == "" {
		return Claims{}, Missing
	}
	if strings.ContainsAny(raw, "\r\n") { // which base64 decoders skip
		return Claims{}, Malformed
	}
	var wire wireClaims
	parsed, err := t.parser.ParseWithClaims(raw, &wire, t.publicKey)
	if err != nil {
		return Claims{}, problemOf(err)
	}
	if !acceptableHeader(parsed.Header) {
		return Claims{}, InvalidClaims
	}
	if err := t.validator.Validate(wire); err != nil {
		return Claims{}, problemOf(err)
	}
	return wire.claims(), nil
}

// errUnknownKey makes the library report a signature that can't be verified.
var errUnknownKey = errors.New("unknown kid")

// publicKey finds the key by kid alone: never by jku, x5u or jwk, which are the sender's (RFC 8725 §3.10).
func (t *Tokens) publicKey(unverified *jwt.Token) (any, error) {
	if kid, ok := unverified.Header["kid"].(string); !ok || kid != t.key.ID {
		return nil, errUnknownKey
	}
	return t.key.private.Public(), nil
}

// acceptableHeader refuses other types of JWT, and extensions that are marked critical: none is understood here
// (RFC 7515 §4.1.11).
func acceptableHeader(header map[string]any) bool {
	if _, critical := header["crit"]; critical {
		return false
	}
	typ, _ := header["typ"].(string)
	return strings.TrimPrefix(strings.ToLower(typ), "application/") == mediaType
}

// Validate is called by the library beside its own checks: what RFC 9068 adds to a JWT has to be there too.
func (w wireClaims) Validate() error {
	for _, id := range []string{w.Subject, w.SessionID, w.ID} {
		if _, err := uuid.FromString(id); err != nil {
			return jwt.ErrTokenRequiredClaimMissing
		}
	}
	return nil
}

func (w wireClaims) claims() Claims {
	return Claims{
		UserID:    uuid.FromStringOrNil(w.Subject),
		SessionID: uuid.FromStringOrNil(w.SessionID),
		ID:        uuid.FromStringOrNil(w.ID),
		Role:      w.Role,
		Version:   w.Version,
		ExpiresAt: w.ExpiresAt.UTC(),
	}
}

// Package token makes and verifies tokens: access tokens, which are JWTs as RFC 9068 profiles them, and refresh tokens, which
// mean something to this server only.
//
// Tokens issues access tokens, and Verify accepts only what was signed here, for this: a known key and its one algorithm, this
// issuer, this audience, this type, every claim present (RFC 8725). Whether a token has been taken back is not decided here but by
// the database, which internal/auth asks.
package token

import (
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"github.com/gofrs/uuid/v5"
	"github.com/golang-jwt/jwt/v5"
	lru "github.com/hashicorp/golang-lru/v2"
)

// Leeway is how far the clocks of two servers may differ: a token is accepted this much before its nbf and after its exp.
const Leeway = 30 * time.Second

// maxLife is how long an access token lives at most, whatever is configured. One that claims more was not issued here.
const maxLife = 24 * time.Hour

// maxLength is how long an access token is at most, in bytes: several times what is issued. A longer one is not even decoded,
// which would take many times its size, and that before the signature is looked at.
const maxLength = 8 << 10

// mediaType is the typ of an access token (RFC 9068 §2.1). It keeps other JWTs of the same key from passing as one.
const mediaType = "at+jwt"

// Claims are what an access token says.
type Claims struct {
	UserID    uuid.UUID // sub
	SessionID uuid.UUID // sid
	ID        uuid.UUID // jti
	Role      string    // for other services; Latchkey itself reads the user's row
	Version   int       // ver: the user's credential version at the time of issue
	ExpiresAt time.Time // exp, whole seconds
}

// Config says for whom tokens are issued.
type Config struct {
	Issuer   string           // iss
	Audience string           // aud
	Now      func() time.Time // the clock
}

// Keys are the keys of one database. Safe for concurrent use; what they answer may change while the server runs.
type Keys interface {
	// Signing returns the key that signs access tokens now.
	Signing() *Key
	// Verifying returns the key with this kid, nil if there is none. It may look for a new one first, and then fail.
	Verifying(ctx context.Context, kid string) (*Key, error)
	// Refresh returns the key of the refresh tokens.
	Refresh() *RefreshKey
}

// Tokens issues and verifies tokens. Safe for concurrent use.
type Tokens struct {
	keys      Keys
	config    Config
	parser    *jwt.Parser // of the form and the signature
	validator *jwt.Validator
	known     *lru.Cache[[sha256.Size]byte, *verified]
}

// New returns Tokens with these keys.
func New(keys Keys, config Config) *Tokens {
	return &Tokens{
		keys:   keys,
		config: config,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{
				jwt.SigningMethodES256.Alg(), jwt.SigningMethodRS256.Alg(), jwt.SigningMethodEdDSA.Alg(),
			}),
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
		known: newVerified(),
	}
}

// wireClaims is the payload as RFC 9068 §2.2 and OpenID Connect (sid) spell it.
type wireClaims struct {
	jwt.RegisteredClaims
	SessionID string `json:"sid"`
	Role      string `json:"role"`
	Version   int    `json:"ver"`
}

// Issue signs an access token that says c, from now until c.ExpiresAt.
func (t *Tokens) Issue(c Claims) (string, error) {
	now, key := t.config.Now(), t.keys.Signing()
	unsigned := jwt.NewWithClaims(key.method, wireClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    t.config.Issuer,
			Audience:  jwt.ClaimStrings{t.config.Audience},
			Subject:   c.UserID.String(),
			ID:        c.ID.String(),
			IssuedAt:  jwt.NewNumericDate(now),
			NotBefore: jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(c.ExpiresAt),
		},
		SessionID: c.SessionID.String(),
		Role:      c.Role,
		Version:   c.Version,
	})
	unsigned.Header["typ"] = mediaType
	unsigned.Header["kid"] = key.ID
	return unsigned.SignedString(key.private)
}

// SealRefresh makes the refresh token that says r.
func (t *Tokens) SealRefresh(r Refresh) string { return t.keys.Refresh().Seal(r) }

// Pseudonym stands for text where text itself must not be kept: who has no key can't tell whose it is by trying.
func (t *Tokens) Pseudonym(text string) string { return t.keys.Refresh().Pseudonym(text) }

// OpenRefresh returns what a refresh token says, and whether it was made here.
func (t *Tokens) OpenRefresh(raw string) (Refresh, bool) { return t.keys.Refresh().Open(raw) }

// Verify returns what an access token says, or the Problem that makes it unacceptable. Any other error is one of Keys.
func (t *Tokens) Verify(ctx context.Context, raw string) (Claims, error) {
	if raw == "" {
		return Claims{}, Missing
	}
	if len(raw) > maxLength || strings.ContainsAny(raw, "\r\n") { // line breaks, which base64 decoders skip
		return Claims{}, Malformed
	}
	hash := sha256.Sum256([]byte(raw))
	token, known := t.known.Get(hash)
	var err error
	if known {
		err = t.stillSigned(ctx, token)
	} else {
		token, err = t.parse(ctx, raw)
	}
	if err != nil {
		return Claims{}, err
	}
	if err := t.validator.Validate(&token.wire); err != nil {
		return Claims{}, problemOf(err)
	}
	if token.wire.ExpiresAt.After(t.config.Now().Add(maxLife + Leeway)) {
		return Claims{}, InvalidClaims
	}
	if !known {
		token.claims = token.wire.claims()
		t.known.Add(hash, token)
	}
	return token.claims, nil
}

// parse verifies what never changes about a token: its form, its signature and its header.
func (t *Tokens) parse(ctx context.Context, raw string) (*verified, error) {
	var wire wireClaims
	var lookUp error
	parsed, err := t.parser.ParseWithClaims(raw, &wire, func(unverified *jwt.Token) (any, error) {
		var public crypto.PublicKey
		public, lookUp = t.publicKey(ctx, unverified)
		return public, lookUp
	})
	if lookUp != nil && !errors.Is(lookUp, errUnknownKey) {
		return nil, lookUp
	}
	if err != nil {
		return nil, problemOf(err)
	}
	if !acceptableHeader(parsed.Header) {
		return nil, InvalidClaims
	}
	return &verified{wire: wire, kid: kidOf(parsed)}, nil
}

// errUnknownKey makes the library report a signature that can't be verified.
var errUnknownKey = errors.New("no key with this kid and alg")

// publicKey finds the key by kid alone: never by jku, x5u or jwk, which are the sender's (RFC 8725 §3.10). The algorithm is
// the key's; a header that names another one gets no key (§3.1).
func (t *Tokens) publicKey(ctx context.Context, unverified *jwt.Token) (crypto.PublicKey, error) {
	key, err := t.keys.Verifying(ctx, kidOf(unverified))
	if err != nil {
		return nil, err
	}
	if key == nil || unverified.Method.Alg() != key.Algorithm() {
		return nil, errUnknownKey
	}
	return key.private.Public(), nil
}

func kidOf(token *jwt.Token) string {
	kid, _ := token.Header["kid"].(string)
	return kid
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

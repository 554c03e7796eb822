package access

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// leeway is how far the clocks of Latchkey and of this service may differ.
const leeway = 30 * time.Second

// Config says which tokens are good.
type Config struct {
	KeysURL  string           // Latchkey's /.well-known/jwks.json
	KeysAge  time.Duration    // how long its keys are kept: KeysAge, or less
	Issuer   string           // iss
	Audience string           // aud
	Now      func() time.Time // the clock
	Log      *slog.Logger
}

// Verifier verifies access tokens. Safe for concurrent use.
type Verifier struct {
	keys   *publicKeys
	parser *jwt.Parser
}

// NewVerifier returns a Verifier that keeps its keys fresh until ctx is done. The only error is a URL that can't be understood.
func NewVerifier(ctx context.Context, c Config) (*Verifier, error) {
	keys, err := newPublicKeys(ctx, c.KeysURL, c.KeysAge, c.Log)
	return &Verifier{keys, jwt.NewParser(
		jwt.WithValidMethods([]string{"ES256", "RS256", "EdDSA"}),
		jwt.WithStrictDecoding(),
		jwt.WithIssuer(c.Issuer),
		jwt.WithAudience(c.Audience),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(c.Now),
	)}, err
}

// claims are what is read of a token, beside what the library checks.
type claims struct {
	jwt.RegisteredClaims
	SessionID string `json:"sid"`
}

// Validate is called by the library.
func (c claims) Validate() error {
	if c.Subject == "" || c.ID == "" || c.SessionID == "" {
		return jwt.ErrTokenRequiredClaimMissing
	}
	return nil
}

// Verify returns who a token was issued to, a Refused or ErrUnavailable.
func (v *Verifier) Verify(ctx context.Context, token string) (Viewer, error) {
	if token == "" {
		return Viewer{}, Refused("MISSING")
	}
	var c claims
	_, err := v.parser.ParseWithClaims(token, &c, func(unverified *jwt.Token) (any, error) {
		if !isAccessToken(unverified.Header) {
			return nil, Refused("INVALID_CLAIMS")
		}
		return v.keys.find(ctx, unverified)
	})
	if err != nil {
		return Viewer{}, reasonOf(err)
	}
	return Viewer{UserID: c.Subject, SessionID: c.SessionID, TokenID: c.ID, Token: token}, nil
}

// isAccessToken refuses other kinds of JWT (RFC 9068 §4), and extensions that must be understood (RFC 7515 §4.1.11): none is.
func isAccessToken(header map[string]any) bool {
	_, critical := header["crit"]
	typ, _ := header["typ"].(string)
	return !critical && strings.TrimPrefix(strings.ToLower(typ), "application/") == "at+jwt"
}

// reasonOf translates the library's errors. Of several it tells the one that neither waiting nor a log-in would mend.
func reasonOf(err error) error {
	var refused Refused
	switch {
	case errors.Is(err, ErrUnavailable):
		return err
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, jwt.ErrTokenMalformed):
		return Refused("MALFORMED")
	case errors.Is(err, jwt.ErrTokenUnverifiable), errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return Refused("INVALID_SIGNATURE")
	case errors.Is(err, jwt.ErrTokenInvalidIssuer), errors.Is(err, jwt.ErrTokenInvalidAudience), errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return Refused("INVALID_CLAIMS")
	case errors.Is(err, jwt.ErrTokenExpired):
		return Refused("EXPIRED")
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return Refused("NOT_YET_VALID")
	default:
		return Refused("INVALID_CLAIMS")
	}
}

package token

import (
	"errors"

	"github.com/golang-jwt/jwt/v5"
)

// Problem says why an access token is refused. Its values are the schema's enum TokenProblem.
type Problem string

// The problems, in the order in which they are found.
const (
	Missing          Problem = "MISSING"           // there is none
	Malformed        Problem = "MALFORMED"         // it is not a JWT
	InvalidSignature Problem = "INVALID_SIGNATURE" // it is not signed with a key of this server
	InvalidClaims    Problem = "INVALID_CLAIMS"    // signed here, but not an access token for this issuer and audience
	Expired          Problem = "EXPIRED"           // its time is over
	NotYetValid      Problem = "NOT_YET_VALID"     // its time has not come
	Revoked          Problem = "REVOKED"           // it has been taken back, or its user is disabled or gone
)

// Error makes a Problem an error.
func (p Problem) Error() string { return "access token refused: " + string(p) }

// problemOf translates the library's errors. One that fails for several reasons is reported for the one that no waiting
// and no log-in would mend.
func problemOf(err error) Problem {
	switch {
	case errors.Is(err, jwt.ErrTokenMalformed):
		return Malformed
	case errors.Is(err, jwt.ErrTokenUnverifiable), errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return InvalidSignature
	case errors.Is(err, jwt.ErrTokenInvalidIssuer), errors.Is(err, jwt.ErrTokenInvalidAudience),
		errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return InvalidClaims
	case errors.Is(err, jwt.ErrTokenExpired):
		return Expired
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return NotYetValid
	default:
		return InvalidClaims
	}
}

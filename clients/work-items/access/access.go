// Package access lets requests in that carry a valid access token of Latchkey. It is the part to copy.
//
// Middleware verifies a token with Latchkey's public keys (RFC 9068, RFC 8725), which it keeps in memory: no request waits for
// Latchkey. The price is that a token that was taken back, by a logout say, is accepted until it expires. Where that matters a
// Revocation tells: Latchkey, which asks it, or Blocklist, which looks into the copy of its list in Redis.
//
// What can't be known is never allowed: it is ErrUnavailable.
package access

import (
	"context"
	"errors"
)

// Viewer is who sent a request.
type Viewer struct {
	UserID    string // sub
	SessionID string // sid
	TokenID   string // jti
	Token     string // as it was sent
}

// Refused says why a token is not accepted, in the words of Latchkey's TokenProblem, such as EXPIRED.
type Refused string

// Error makes Refused an error.
func (r Refused) Error() string { return "access token refused: " + string(r) }

// ErrUnavailable means that at the moment there is no telling whether a token is good.
var ErrUnavailable = errors.New("can't tell whether the access token is good")

// Revocation tells whether a token that Middleware let in has been taken back.
type Revocation interface {
	// Check returns nil if it has not, a Refused if it has, and ErrUnavailable if that can't be found out.
	Check(ctx context.Context, viewer Viewer) error
}

type viewerKey struct{}

// ViewerOf returns who sent the request that Middleware let in. Without Middleware it panics: nobody is not a user.
func ViewerOf(ctx context.Context) Viewer { return ctx.Value(viewerKey{}).(Viewer) }

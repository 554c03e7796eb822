package auth

import (
	"context"
	"errors"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/token"
)

// TokenStatus says whether an access token would be accepted. Either Reason is nil, or all but Active are.
type TokenStatus struct {
	Active    bool
	Reason    *token.Problem
	UserID    *uuid.UUID
	SessionID *uuid.UUID
	ExpiresAt *time.Time
}

// ValidateToken looks at an access token exactly as it is looked at when it comes in a header (RFC 7662).
func (s *Service) ValidateToken(ctx context.Context, accessToken string) (*TokenStatus, error) {
	identity, claims, err := s.identify(ctx, accessToken)
	var problem token.Problem
	if errors.As(err, &problem) {
		// Counted afterwards: what is active is never refused, whatever others send to a service that asks for all its users.
		_, err := s.take(ctx, byAddress(ctx, validateAddress))
		return &TokenStatus{Reason: &problem}, err
	}
	if err != nil {
		return nil, err
	}
	return &TokenStatus{
		Active:    true,
		UserID:    &identity.User.ID,
		SessionID: &identity.SessionID,
		ExpiresAt: &claims.ExpiresAt,
	}, nil
}

package auth

import (
	"context"
	"time"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/internal/token"
	"latchkey/internal/viewer"
)

// AuthPayload is a session that was just opened or refreshed, and the tokens for it.
type AuthPayload struct { //nolint:revive // the schema's name
	AccessToken  string
	RefreshToken *string // nil if it went into the cookie
	ExpiresIn    int     // seconds until the access token expires
	User         *ent.User
}

// signIn issues the tokens of a session that has been committed, and makes its user the viewer.
func (s *Service) signIn(ctx context.Context, u *ent.User, in *signedIn) (*AuthPayload, error) {
	id, err := s.ids.NewV7()
	if err != nil {
		return nil, err
	}
	now := s.now()
	// A token outlives neither its session nor what the row says of it, by which the session's id is blocked when it ends.
	expiresAt := earlier(now.Add(s.lifetimes.Access), earlier(in.ExpiresAt, in.AccessExpiresAt)).Truncate(time.Second)
	accessToken, err := s.tokens.Issue(token.Claims{
		ID:        id,
		UserID:    u.ID,
		SessionID: in.ID,
		Role:      u.Role.String(),
		Version:   u.CredentialVersion,
		ExpiresAt: expiresAt,
	})
	if err != nil {
		return nil, err
	}
	payload := &AuthPayload{
		AccessToken: accessToken,
		ExpiresIn:   int(max(0, expiresAt.Sub(now.Truncate(time.Second))) / time.Second),
		User:        u,
	}
	refreshToken := s.tokens.SealRefresh(token.Refresh{SessionID: in.ID, Generation: in.Generation, Secret: in.secret})
	if in.delivery == session.DeliveryCOOKIE {
		requestFrom(ctx).setCookie = &RefreshCookie{Token: refreshToken, MaxAge: in.ExpiresAt.Sub(now)}
	} else {
		payload.RefreshToken = &refreshToken
	}
	viewer.FromContext[*Identity](ctx).Set(&Identity{User: u, SessionID: in.ID, TokenID: id})
	return payload, nil
}

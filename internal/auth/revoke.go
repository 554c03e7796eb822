package auth

import (
	"context"
	"errors"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/audit"
	"latchkey/internal/token"
)

// RevokeTokenPayload tells whether there was anything to take back.
type RevokeTokenPayload struct {
	Revoked bool
}

// RevokeSessionPayload names the session that was ended.
type RevokeSessionPayload struct {
	RevokedSessionID uuid.UUID
}

// RevokeToken takes one token back (RFC 7009): a refresh token with its session, of whatever generation it is, or an access
// token alone. As in the RFC, a token that is not good any more is no error.
func (s *Service) RevokeToken(ctx context.Context, raw string) (*RevokeTokenPayload, error) {
	if refresh, sealed := s.tokens.OpenRefresh(raw); sealed {
		row, err := s.sessionOf(ctx, refresh)
		if err != nil || row == nil {
			return &RevokeTokenPayload{}, err
		}
		revoked, err := s.endSession(ctx, row, audit.Revoked)
		return &RevokeTokenPayload{Revoked: revoked}, err
	}
	_, claims, err := s.identify(ctx, raw)
	var problem token.Problem
	if errors.As(err, &problem) {
		return &RevokeTokenPayload{}, nil
	}
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *ent.Tx) error {
		s.onceCommitted(ctx, tx, audit.Event{Name: audit.TokenRevoked, UserID: claims.UserID, SessionID: claims.SessionID})
		return s.block(tx, claims.ID, claims.ExpiresAt).Exec(ctx)
	})
	if ent.IsConstraintError(err) { // by another request at the same moment
		return &RevokeTokenPayload{}, nil
	}
	return &RevokeTokenPayload{Revoked: err == nil}, err
}

// RevokeSession ends one of the viewer's sessions. That of someone else is as unknown as one that never was.
func (s *Service) RevokeSession(ctx context.Context, id uuid.UUID) (*RevokeSessionPayload, error) {
	me, err := s.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	err = s.inLockedTx(ctx, me, lockFirst{}, func(tx *ent.Tx, current *ent.User) error {
		ended, err := s.endSessions(ctx, tx, audit.Revoked, session.ID(id), session.UserID(current.ID))
		if err == nil && len(ended) == 0 {
			err = notFound()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &RevokeSessionPayload{RevokedSessionID: id}, nil
}

// EndUserSessions ends all sessions of a user. It is for administrators.
func (s *Service) EndUserSessions(ctx context.Context, id uuid.UUID) (*LogoutPayload, error) {
	if err := s.RequireRole(ctx, user.RoleADMIN); err != nil {
		return nil, err
	}
	me, err := s.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	payload := &LogoutPayload{}
	err = s.inLockedTx(ctx, me, lockFirst{others: []uuid.UUID{id}}, func(tx *ent.Tx, _ *ent.User) error {
		err := tx.User.UpdateOneID(id).AddCredentialVersion(1).Exec(ctx)
		if ent.IsNotFound(err) {
			return notFound()
		}
		if err == nil {
			payload.EndedSessionIDs, err = s.endSessions(ctx, tx, audit.Administrator, session.UserID(id))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return payload, nil
}

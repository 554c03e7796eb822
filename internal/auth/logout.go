package auth

import (
	"context"
	"errors"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/internal/audit"
)

// LogoutScope says which of the viewer's sessions a logout ends.
type LogoutScope string

// The scopes.
const (
	Current LogoutScope = "CURRENT"
	Others  LogoutScope = "OTHERS"
	All     LogoutScope = "ALL"
)

// LogoutPayload names the sessions that were ended.
type LogoutPayload struct {
	EndedSessionIDs []uuid.UUID
}

// Logout ends sessions of the viewer; without a valid access token, of whoever the refresh token in the cookie belongs to. It
// clears the cookie, also if that was good for nothing, unless the session goes on or the logout can be tried again.
func (s *Service) Logout(ctx context.Context, scope LogoutScope) (*LogoutPayload, error) {
	me, err := s.leaving(ctx)
	var ended []uuid.UUID
	if err == nil {
		ended, err = s.logOut(ctx, me, scope)
	}
	var refused *Error
	if scope != Others && (err == nil || errors.As(err, &refused)) {
		requestFrom(ctx).clearCookie()
	}
	if err != nil {
		return nil, err
	}
	return &LogoutPayload{EndedSessionIDs: ended}, nil
}

// leaving returns who wants to log out.
func (s *Service) leaving(ctx context.Context) (*Identity, error) {
	me, err := s.Viewer(ctx)
	var refused *Error
	if !errors.As(err, &refused) {
		return me, err
	}
	refresh, sealed := s.tokens.OpenRefresh(requestFrom(ctx).cookie())
	if !sealed {
		return nil, refused
	}
	row, err := s.presented(ctx, refresh)
	if err != nil {
		return nil, err
	}
	return &Identity{User: row.Edges.User, SessionID: row.ID}, nil
}

// logOut ends the sessions of the scope, and unless that leaves the cookie alone, the session in the cookie. As a rule that is the
// current one. Of any other, be it somebody else's, nobody would have the token once the cookie is cleared.
func (s *Service) logOut(ctx context.Context, me *Identity, scope LogoutScope) ([]uuid.UUID, error) {
	matches := session.UserID(me.User.ID)
	switch scope {
	case Current:
		matches = session.And(matches, session.ID(me.SessionID))
	case Others:
		matches = session.And(matches, session.IDNEQ(me.SessionID))
	case All:
	default:
		return nil, Problems{{Code: BadUserInput, Message: "There is no such scope.", Field: "scope", Reason: invalidFormat}}
	}
	var others []uuid.UUID
	if refresh, sealed := s.tokens.OpenRefresh(requestFrom(ctx).cookie()); sealed && scope != Others {
		row, err := s.sessionOf(ctx, refresh)
		if err != nil {
			return nil, err
		}
		if row != nil {
			matches, others = session.Or(matches, session.ID(row.ID)), append(others, row.UserID)
		}
	}
	var ended []uuid.UUID
	err := s.inLockedTx(ctx, me, lockFirst{others: others}, func(tx *ent.Tx, current *ent.User) error {
		if scope == All { // also refuses tokens of sessions that nobody knows of
			if err := current.Update().AddCredentialVersion(1).Exec(ctx); err != nil {
				return err
			}
		}
		var err error
		ended, err = s.endSessions(ctx, tx, audit.Logout, matches)
		return err
	})
	return ended, err
}

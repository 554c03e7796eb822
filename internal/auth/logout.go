package auth

import (
	"context"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/predicate"
	"latchkey/ent/session"
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

// Logout ends sessions of the viewer.
func (s *Service) Logout(ctx context.Context, scope LogoutScope) (*LogoutPayload, error) {
	me, err := s.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	matches := []predicate.Session{session.UserID(me.User.ID)}
	switch scope {
	case Current:
		matches = append(matches, session.ID(me.SessionID))
	case Others:
		matches = append(matches, session.IDNEQ(me.SessionID))
	case All:
	default:
		return nil, Problems{{Code: BadUserInput, Message: "There is no such scope.", Field: "scope", Reason: invalidFormat}}
	}
	payload := &LogoutPayload{}
	err = s.inLockedTx(ctx, me, func(tx *ent.Tx, current *ent.User) error {
		if scope == All { // also refuses tokens of sessions that nobody knows of
			if err := current.Update().AddCredentialVersion(1).Exec(ctx); err != nil {
				return err
			}
		}
		payload.EndedSessionIDs, err = s.endSessions(ctx, tx, matches...)
		return err
	})
	return payload, err
}

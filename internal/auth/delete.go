package auth

import (
	"context"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/session"
)

// DeleteUserInput confirms a deletion.
type DeleteUserInput struct {
	CurrentPassword *string
}

// DeleteUserPayload names the deleted account.
type DeleteUserPayload struct {
	DeletedUserID uuid.UUID
}

// DeleteUser deletes the viewer's account and ends its sessions.
func (s *Service) DeleteUser(ctx context.Context, in DeleteUserInput) (*DeleteUserPayload, error) {
	me, err := s.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	c := checker{}
	currentPassword := c.currentPassword(in.CurrentPassword)
	if err := c.err(); err != nil {
		return nil, err
	}
	if err := s.confirm(ctx, me, currentPassword); err != nil {
		return nil, err
	}
	err = s.inLockedTx(ctx, me, func(tx *ent.Tx, current *ent.User) error {
		if _, err := s.endSessions(ctx, tx, session.UserID(current.ID)); err != nil {
			return err
		}
		return tx.User.DeleteOne(current).Exec(ctx)
	})
	if err != nil {
		return nil, err
	}
	return &DeleteUserPayload{DeletedUserID: me.User.ID}, nil
}

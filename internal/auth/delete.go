package auth

import (
	"context"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
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
	err = s.inLockedTx(ctx, me, func(tx *ent.Tx, current *ent.User) error { return s.remove(ctx, tx, current) })
	if err != nil {
		return nil, err
	}
	return &DeleteUserPayload{DeletedUserID: me.User.ID}, nil
}

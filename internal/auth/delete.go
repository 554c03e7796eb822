package auth

import (
	"context"
	"slices"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/audit"
)

// maxDelete is how many accounts one request deletes: as many as a page shows.
const maxDelete = MaxPage

// DeleteUserInput confirms a deletion.
type DeleteUserInput struct {
	ID              *uuid.UUID // nil: the viewer
	CurrentPassword *string    // of the viewer, to delete themselves
}

// DeleteUserPayload names the deleted account.
type DeleteUserPayload struct {
	DeletedUserID uuid.UUID
}

// DeleteUsersPayload names the deleted accounts.
type DeleteUsersPayload struct {
	DeletedUserIDs []uuid.UUID
}

// DeleteUser deletes the viewer's account or, for an administrator, another one, and ends its sessions.
func (s *Service) DeleteUser(ctx context.Context, in DeleteUserInput) (*DeleteUserPayload, error) {
	me, err := s.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	if in.ID != nil && me.User.Role != user.RoleADMIN {
		return nil, forbidden()
	}
	if in.ID != nil && *in.ID != me.User.ID {
		return s.deleteOther(ctx, me, *in.ID)
	}
	c := checker{}
	currentPassword := c.currentPassword(in.CurrentPassword)
	if err := c.err(); err != nil {
		return nil, err
	}
	if err := s.confirm(ctx, me, currentPassword); err != nil {
		return nil, err
	}
	first := lockFirst{administrators: me.User.Role == user.RoleADMIN} // who has become one meanwhile has other tokens
	err = s.inLockedTx(ctx, me, first, func(tx *ent.Tx, current *ent.User) error { return s.remove(ctx, tx, current) })
	if err != nil {
		return nil, err
	}
	return &DeleteUserPayload{DeletedUserID: me.User.ID}, nil
}

func (s *Service) deleteOther(ctx context.Context, me *Identity, id uuid.UUID) (*DeleteUserPayload, error) {
	deleted, err := s.deleteOthers(ctx, me, []uuid.UUID{id})
	if err == nil && len(deleted) == 0 {
		err = notFound()
	}
	if err != nil {
		return nil, err
	}
	return &DeleteUserPayload{DeletedUserID: id}, nil
}

// DeleteUsers deletes accounts and ends their sessions, all of those that are there or, after an error, none. It is for
// administrators, who delete themselves with DeleteUser.
func (s *Service) DeleteUsers(ctx context.Context, ids []uuid.UUID) (*DeleteUsersPayload, error) {
	if err := s.RequireRole(ctx, user.RoleADMIN); err != nil {
		return nil, err
	}
	me, err := s.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	c := checker{}
	if len(ids) > maxDelete {
		c.badLength("ids", tooLong, "These are too many at once.", 0, maxDelete)
	}
	if slices.Contains(ids, me.User.ID) {
		c.bad("ids", notAllowed, "To delete your own account takes deleteUser and your password.")
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	deleted, err := s.deleteOthers(ctx, me, ids)
	if err != nil {
		return nil, err
	}
	return &DeleteUsersPayload{DeletedUserIDs: deleted}, nil
}

// deleteOthers deletes those of the accounts that are there, none of which is the viewer's.
func (s *Service) deleteOthers(ctx context.Context, me *Identity, ids []uuid.UUID) ([]uuid.UUID, error) {
	var deleted []uuid.UUID
	err := s.inLockedTx(ctx, me, lockFirst{administrators: true, others: ids}, func(tx *ent.Tx, _ *ent.User) error {
		found, err := tx.User.Query().Where(user.IDIn(ids...)).Order(ent.Desc(user.FieldID)).All(ctx)
		if err != nil {
			return err
		}
		deleted = make([]uuid.UUID, len(found))
		for i, u := range found {
			deleted[i] = u.ID
		}
		return s.remove(ctx, tx, found...)
	})
	return deleted, err
}

// remove deletes accounts. Their rows are locked; lockAdministrators has been called if an administrator may be among them.
func (s *Service) remove(ctx context.Context, tx *ent.Tx, accounts ...*ent.User) error {
	ids := make([]uuid.UUID, len(accounts))
	for i, u := range accounts {
		ids[i] = u.ID
		s.onceCommitted(ctx, tx, audit.Event{Name: audit.UserDeleted, UserID: u.ID})
	}
	if _, err := s.endSessions(ctx, tx, audit.Deleted, session.UserIDIn(ids...)); err != nil {
		return err
	}
	if _, err := tx.User.Delete().Where(user.IDIn(ids...)).Exec(ctx); err != nil {
		return err
	}
	return keepAdministrator(ctx, tx, accounts...)
}

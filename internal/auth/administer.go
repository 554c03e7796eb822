package auth

import (
	"context"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/ent/user"
)

// AccountChange is what an operator changes about an account; nil keeps what is there.
type AccountChange struct {
	Role     *user.Role
	Disabled *bool
}

// FindUser returns the account with this id, e-mail address or username, or a NotFound error.
func (s *Service) FindUser(ctx context.Context, who string) (*ent.User, error) {
	const idLength = 36 // other forms of a UUID could be usernames
	if id, err := uuid.FromString(who); err == nil && len(who) == idLength {
		found, err := s.db.Read.User.Get(ctx, id)
		if ent.IsNotFound(err) {
			err = notFound()
		}
		return found, err
	}
	found, err := s.userByIdentifier(ctx, identifier(who))
	if err == nil && found == nil {
		err = notFound()
	}
	return found, err
}

// ChangeUser changes an account. Another role makes its access tokens invalid, but leaves the sessions: a refresh brings
// tokens with the new role. Disabling ends the sessions.
func (s *Service) ChangeUser(ctx context.Context, id uuid.UUID, change AccountChange) (*ent.User, error) {
	var changed *ent.User
	err := s.inUserTx(ctx, id, func(tx *ent.Tx, current *ent.User) (err error) {
		update := current.Update().SetUpdatedAt(s.now())
		newRole := change.Role != nil && *change.Role != current.Role
		newState := change.Disabled != nil && *change.Disabled != current.Disabled
		if newRole {
			update.SetRole(*change.Role)
		}
		if newState {
			update.SetDisabled(*change.Disabled)
		}
		if !newRole && !newState {
			changed = current
			return nil
		}
		if changed, err = update.AddCredentialVersion(1).Save(ctx); err != nil || !changed.Disabled {
			return err
		}
		_, err = s.endSessions(ctx, tx, session.UserID(id))
		return err
	})
	return changed, err
}

// RemoveUser deletes an account and ends its sessions.
func (s *Service) RemoveUser(ctx context.Context, id uuid.UUID) error {
	return s.inUserTx(ctx, id, func(tx *ent.Tx, current *ent.User) error { return s.remove(ctx, tx, current) })
}

// remove deletes an account whose row is locked.
func (s *Service) remove(ctx context.Context, tx *ent.Tx, u *ent.User) error {
	if _, err := s.endSessions(ctx, tx, session.UserID(u.ID)); err != nil {
		return err
	}
	return tx.User.DeleteOne(u).Exec(ctx)
}

// inUserTx runs fn in a transaction in which the row of a user, of whom nothing else is asked, is locked.
func (s *Service) inUserTx(ctx context.Context, id uuid.UUID, fn func(*ent.Tx, *ent.User) error) error {
	return s.db.Tx(ctx, func(tx *ent.Tx) error {
		found, err := lockRow(ctx, tx, id)
		if err == nil && !found {
			err = notFound()
		}
		if err != nil {
			return err
		}
		current, err := tx.User.Get(ctx, id)
		if err != nil {
			return err
		}
		return fn(tx, current)
	})
}

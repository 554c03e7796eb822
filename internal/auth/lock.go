package auth

import (
	"context"
	"errors"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/predicate"
	"latchkey/ent/user"
	"latchkey/internal/token"
)

// errCredentialsChanged means that between the check of the credentials and the transaction they were changed or taken back,
// or the user was disabled or deleted.
var errCredentialsChanged = errors.New("the credentials have changed meanwhile")

// lockRow locks the user's row for the rest of the transaction, and tells whether there is one that matches. Whoever opens or
// ends sessions holds this lock.
func lockRow(ctx context.Context, tx *ent.Tx, id uuid.UUID, matches ...predicate.User) (bool, error) {
	found, err := tx.User.Update().
		Where(user.ID(id), user.And(matches...)).
		AddCredentialVersion(0). // an UPDATE locks in both databases, FOR UPDATE does not
		Save(ctx)
	return found > 0, err
}

// lockUser locks the row of checked and returns it as it is now, or errCredentialsChanged if its credential version is
// another, it is disabled or gone, or also is not met.
func lockUser(ctx context.Context, tx *ent.Tx, checked *ent.User, also ...predicate.User) (*ent.User, error) {
	found, err := lockRow(ctx, tx, checked.ID, user.CredentialVersion(checked.CredentialVersion), user.Disabled(false))
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errCredentialsChanged
	}
	current, err := tx.User.Query().Where(user.ID(checked.ID), user.And(also...)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, errCredentialsChanged
	}
	return current, err
}

// inLockedTx runs fn in a transaction in which the viewer's row is locked, and those of others; what it gets is the row as it is
// now. A viewer whose token has been taken back meanwhile, while a password was hashed perhaps, is refused as on any later
// request.
func (s *Service) inLockedTx(ctx context.Context, me *Identity, fn func(*ent.Tx, *ent.User) error, others ...uuid.UUID) error {
	err := s.db.Tx(ctx, func(tx *ent.Tx) error {
		for _, other := range others { // before anything is read
			if _, err := lockRow(ctx, tx, other); err != nil {
				return err
			}
		}
		current, err := lockUser(ctx, tx, me.User, noneBlocked(me.TokenID, me.SessionID))
		if err != nil {
			return err
		}
		return fn(tx, current)
	})
	if errors.Is(err, errCredentialsChanged) {
		return unauthenticated(token.Revoked)
	}
	return err
}

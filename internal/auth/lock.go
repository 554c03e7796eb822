package auth

import (
	"bytes"
	"context"
	"errors"
	"slices"

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
// ends sessions holds this lock. Between the nodes of a cluster there are no locks: of two transactions that have changed the same row the
// second is broken off as it commits, so the row is really changed.
func lockRow(ctx context.Context, tx *ent.Tx, id uuid.UUID, matches ...predicate.User) (bool, error) {
	found, err := tx.User.Update().
		Where(user.ID(id), user.And(matches...)).
		AddLockVersion(1). // an UPDATE locks in both databases, FOR UPDATE does not
		Save(ctx)
	return found > 0, err
}

// lockUser locks the row of checked and returns it as it is now, or errCredentialsChanged if its credential version is
// another, it is disabled or gone.
func lockUser(ctx context.Context, tx *ent.Tx, checked *ent.User) (*ent.User, error) {
	if err := lockChecked(ctx, tx, checked); err != nil {
		return nil, err
	}
	return lockedUser(ctx, tx, checked.ID)
}

func lockChecked(ctx context.Context, tx *ent.Tx, checked *ent.User) error {
	found, err := lockRow(ctx, tx, checked.ID, user.CredentialVersion(checked.CredentialVersion), user.Disabled(false))
	if err == nil && !found {
		err = errCredentialsChanged
	}
	return err
}

// lockedUser returns the row, which is locked, as it is now, or errCredentialsChanged if also is not met.
func lockedUser(ctx context.Context, tx *ent.Tx, id uuid.UUID, also ...predicate.User) (*ent.User, error) {
	current, err := tx.User.Query().Where(user.ID(id), user.And(also...)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, errCredentialsChanged
	}
	return current, err
}

// lockFirst is what a transaction locks beside the viewer's row.
type lockFirst struct {
	administrators bool        // see lockAdministrators
	others         []uuid.UUID // users whose rows are locked too, if they are there
}

// inLockedTx runs fn in a transaction in which the viewer's row is locked, and what else it is told; what fn gets is the row as
// it is now. A viewer whose token has been taken back meanwhile, while a password was hashed perhaps, is refused as on any later
// request.
func (s *Service) inLockedTx(ctx context.Context, me *Identity, first lockFirst, fn func(*ent.Tx, *ent.User) error) error {
	rows := append(slices.Clone(first.others), me.User.ID)
	slices.SortFunc(rows, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) // so that no two wait for each other
	err := s.db.Tx(ctx, func(tx *ent.Tx) error {
		if first.administrators {
			if err := lockAdministrators(ctx, tx); err != nil {
				return err
			}
		}
		for _, id := range slices.Compact(rows) { // all before anything is read
			var err error
			if id == me.User.ID {
				err = lockChecked(ctx, tx, me.User)
			} else {
				_, err = lockRow(ctx, tx, id)
			}
			if err != nil {
				return err
			}
		}
		current, err := lockedUser(ctx, tx, me.User.ID, noneBlocked(me.TokenID, me.SessionID))
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

package auth

import (
	"context"
	"errors"

	"latchkey/ent"
	"latchkey/ent/lock"
	"latchkey/ent/user"
)

// lockAdministrators lets one transaction at a time make administrators fewer, in any process: two that each leave the other's
// would leave none. It comes before everything else in the transaction, so that what is read afterwards is up to date.
func lockAdministrators(ctx context.Context, tx *ent.Tx) error {
	locked, err := tx.Lock.Update().Where(lock.ID("administrators")).AddVersion(1).Save(ctx)
	if err == nil && locked != 1 {
		err = errors.New("the row administrators of the table locks is missing: insert it, as the migration did")
	}
	return err
}

// keepAdministrator refuses a change, already made in tx, after which nobody could administer accounts. lockAdministrators
// has been called. before are the accounts as they were.
func keepAdministrator(ctx context.Context, tx *ent.Tx, before ...*ent.User) error {
	touched := false
	for _, u := range before {
		touched = touched || (u.Role == user.RoleADMIN && !u.Disabled)
	}
	if !touched {
		return nil
	}
	left, err := tx.User.Query().Where(user.RoleEQ(user.RoleADMIN), user.Disabled(false)).Exist(ctx)
	if err == nil && !left {
		err = &Error{Code: LastAdministrator, Message: "This is the last enabled administrator."}
	}
	return err
}

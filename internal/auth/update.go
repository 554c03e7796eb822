package auth

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/audit"
	"latchkey/internal/token"
)

// UpdateUserInput says what to change: what is omitted stays, null clears.
type UpdateUserInput struct {
	ID              graphql.Omittable[*uuid.UUID] // omitted or nil: the viewer
	Name            graphql.Omittable[*string]
	Email           graphql.Omittable[*string]
	Username        graphql.Omittable[*string]
	CurrentPassword *string
	NewPassword     graphql.Omittable[*string] // omittable because its null is an error, as those below
	Role            graphql.Omittable[*user.Role]
	Disabled        graphql.Omittable[*bool]
}

// administers tells whether it takes an administrator.
func (in UpdateUserInput) administers() bool {
	id, _ := in.ID.ValueOK()
	return id != nil || in.Role.IsSet() || in.Disabled.IsSet()
}

// UpdateUserPayload is the changed account, and after a change of the own password the new session.
type UpdateUserPayload struct {
	User *ent.User
	Auth *AuthPayload
}

// UpdateUser changes the viewer's account or, for an administrator, another one.
func (s *Service) UpdateUser(ctx context.Context, in UpdateUserInput) (*UpdateUserPayload, error) {
	me, err := s.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	if in.administers() && me.User.Role != user.RoleADMIN {
		return nil, forbidden()
	}
	if id, _ := in.ID.ValueOK(); id != nil && *id != me.User.ID {
		return s.updateOther(ctx, me, *id, in)
	}
	return s.updateSelf(ctx, me, in)
}

// updateSelf changes the viewer's account. Whoever changes what the account is logged in with has to know its password. A
// new password ends every session and opens one for the caller.
func (s *Service) updateSelf(ctx context.Context, me *Identity, in UpdateUserInput) (payload *UpdateUserPayload, err error) {
	wanted, err := s.checkUpdate(in, me.User, true)
	if err != nil {
		return nil, err
	}
	if wanted.nothing() {
		return &UpdateUserPayload{User: me.User}, nil
	}
	try, err := s.takeClaim(ctx, wanted)
	if err != nil {
		return nil, err
	}
	defer func() { try.end(ctx, refusedWith(err, EmailTaken, UsernameTaken)) }()
	if wanted.sensitive() {
		if err := s.confirm(ctx, me, wanted.currentPassword); err != nil {
			return nil, err
		}
	}
	var delivery session.Delivery
	if wanted.password != nil {
		if delivery, err = s.sameDelivery(ctx, me); err != nil {
			return nil, err
		}
		if wanted.hash, err = s.passwords.Hash(ctx, *wanted.password); err != nil {
			return nil, err
		}
	}
	var changed *ent.User
	var opened *signedIn
	err = s.inLockedTx(ctx, me, lockFirst{administrators: wanted.administers()}, func(tx *ent.Tx, current *ent.User) (err error) {
		opened = nil // in case the transaction runs again
		changed, err = s.apply(ctx, tx, current, wanted)
		if err != nil || wanted.hash == "" || changed.Disabled {
			return err
		}
		opened, err = s.openSession(ctx, tx, changed, delivery, audit.Event{Name: audit.SessionOpened, Reason: audit.PasswordChanged})
		return err
	})
	if err != nil {
		return nil, taken(err)
	}
	payload = &UpdateUserPayload{User: changed}
	if opened != nil {
		payload.Auth, err = s.signIn(ctx, changed, opened)
	}
	return payload, err
}

// updateOther changes someone else's account for an administrator, who need not know its password and can't set it.
func (s *Service) updateOther(ctx context.Context, me *Identity, id uuid.UUID, in UpdateUserInput) (*UpdateUserPayload, error) {
	stored, err := s.userByID(ctx, id)
	if err != nil {
		return nil, err
	}
	wanted, err := s.checkUpdate(in, stored, false)
	if err != nil {
		return nil, err
	}
	if wanted.nothing() {
		return &UpdateUserPayload{User: stored}, nil
	}
	var changed *ent.User
	err = s.inLockedTx(ctx, me, lockFirst{administrators: wanted.administers(), others: []uuid.UUID{id}}, func(tx *ent.Tx, _ *ent.User) error {
		current, err := tx.User.Get(ctx, id)
		if err == nil {
			changed, err = s.apply(ctx, tx, current, wanted)
		}
		return err
	})
	if ent.IsNotFound(err) {
		return nil, notFound()
	}
	if err != nil {
		return nil, taken(err)
	}
	return &UpdateUserPayload{User: changed}, nil
}

// sameDelivery returns how refresh tokens reach the viewer's session, if they can reach it now.
func (s *Service) sameDelivery(ctx context.Context, me *Identity) (session.Delivery, error) {
	current, err := s.db.Read.Session.Get(ctx, me.SessionID)
	if ent.IsNotFound(err) {
		return "", unauthenticated(token.Revoked)
	}
	if err != nil {
		return "", err
	}
	c := checker{}
	return c.delivery(ctx, "input.newPassword", &current.Delivery), c.err()
}

// checkUpdate returns what in really changes about stored, which is the viewer's own account or not.
func (s *Service) checkUpdate(in UpdateUserInput, stored *ent.User, own bool) (*accountChange, error) {
	c := checker{policy: s.policy}
	wanted := c.profile(in.Name, in.Email, in.Username, stored)
	wanted.role = notNull(&c, "input.role", in.Role)
	wanted.disabled = notNull(&c, "input.disabled", in.Disabled)
	switch chosen, given := in.NewPassword.ValueOK(); {
	case !given:
	case chosen == nil:
		c.bad("input.newPassword", notAllowed, "A password can't be cleared.")
	case !own:
		c.bad("input.newPassword", notAllowed, "An administrator can't set someone's password.")
	default:
		wanted.password = chosen
		c.newPassword("input.newPassword", *chosen, wanted.after(stored))
	}
	if own && wanted.sensitive() {
		wanted.currentPassword = c.currentPassword(in.CurrentPassword)
	}
	return wanted, c.err()
}

// profile returns what really changes about what stored is called.
func (c *checker) profile(name, email, username text, stored *ent.User) *accountChange {
	wanted := &accountChange{
		name:     change(name, stored.Name, func(v *string) *string { return c.name("input.name", v) }),
		email:    change(email, stored.Email, func(v *string) *string { return c.email("input.email", v) }),
		username: change(username, stored.Username, func(v *string) *string { return c.username("input.username", v) }),
	}
	wanted.checkIdentifiers(c, stored)
	return wanted
}

// notNull returns the value of an argument that keeps when it is omitted, and can't be cleared.
func notNull[T any](c *checker, field string, raw graphql.Omittable[*T]) *T {
	value, given := raw.ValueOK()
	if given && value == nil {
		c.bad(field, notAllowed, "This can't be null.")
	}
	return value
}

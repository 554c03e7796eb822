package auth

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/internal/token"
)

// UpdateUserInput says what to change: what is omitted stays, null clears.
type UpdateUserInput struct {
	Name            graphql.Omittable[*string]
	Email           graphql.Omittable[*string]
	Username        graphql.Omittable[*string]
	CurrentPassword *string
	NewPassword     graphql.Omittable[*string] // omittable because its null is an error
}

// UpdateUserPayload is the changed account, and after a password change the new session.
type UpdateUserPayload struct {
	User *ent.User
	Auth *AuthPayload
}

// UpdateUser changes the viewer's account. Whoever changes what the account is logged in with has to know its password. A
// new password ends every session and opens one for the caller.
func (s *Service) UpdateUser(ctx context.Context, in UpdateUserInput) (*UpdateUserPayload, error) {
	me, err := s.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	wanted, err := s.checkUpdate(in, me.User)
	if err != nil {
		return nil, err
	}
	if wanted.nothing() {
		return &UpdateUserPayload{User: me.User}, nil
	}
	if wanted.sensitive() {
		if err := s.confirm(ctx, me, wanted.currentPassword); err != nil {
			return nil, err
		}
	}
	hash := ""
	var delivery session.Delivery
	if wanted.password != nil {
		if delivery, err = s.sameDelivery(ctx, me); err != nil {
			return nil, err
		}
		if hash, err = s.passwords.Hash(ctx, *wanted.password); err != nil {
			return nil, err
		}
	}
	var changed *ent.User
	var opened *signedIn
	err = s.inLockedTx(ctx, me, func(tx *ent.Tx, current *ent.User) error {
		update := current.Update().SetUpdatedAt(s.now())
		if err := wanted.apply(update.Mutation(), current); err != nil {
			return err
		}
		if hash != "" {
			update.SetPasswordHash(hash).AddCredentialVersion(1)
		}
		if changed, err = update.Save(ctx); err != nil || hash == "" {
			return err
		}
		if _, err := s.endSessions(ctx, tx, session.UserID(changed.ID)); err != nil {
			return err
		}
		opened, err = s.openSession(ctx, tx, changed, delivery)
		return err
	})
	if err != nil {
		return nil, taken(err)
	}
	payload := &UpdateUserPayload{User: changed}
	if opened != nil {
		payload.Auth, err = s.signIn(ctx, changed, opened)
	}
	return payload, err
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

// update is what is really to be changed, checked.
type update struct {
	name, email, username text
	password              *string // nil to keep it
	currentPassword       string
}

func (s *Service) checkUpdate(in UpdateUserInput, stored *ent.User) (*update, error) {
	c := checker{policy: s.policy}
	wanted := &update{
		name:  change(in.Name, stored.Name, func(v *string) *string { return c.name("input.name", v) }),
		email: change(in.Email, stored.Email, func(v *string) *string { return c.email("input.email", v) }),
		username: change(in.Username, stored.Username, func(v *string) *string {
			return c.username("input.username", v)
		}),
	}
	wanted.checkIdentifiers(&c, stored)
	if chosen, given := in.NewPassword.ValueOK(); given {
		wanted.password = chosen
		if chosen == nil {
			c.bad("input.newPassword", notAllowed, "A password can't be cleared.")
		} else {
			c.newPassword("input.newPassword", *chosen,
				after(wanted.email, stored.Email), after(wanted.username, stored.Username), after(wanted.name, stored.Name))
		}
	}
	if wanted.sensitive() {
		wanted.currentPassword = c.currentPassword(in.CurrentPassword)
	}
	return wanted, c.err()
}

// sensitive tells whether it changes what the account is logged in with.
func (u *update) sensitive() bool {
	return u.email.IsSet() || u.username.IsSet() || u.password != nil
}

func (u *update) nothing() bool { return !u.name.IsSet() && !u.sensitive() }

// apply puts the change into m. It refuses to leave current, which is locked, with nothing to log in with.
func (u *update) apply(m *ent.UserMutation, current *ent.User) error {
	set(u.name, m.SetName, m.ClearName)
	set(u.email, m.SetEmail, m.ClearEmail)
	set(u.username, m.SetUsername, m.ClearUsername)
	c := checker{}
	u.checkIdentifiers(&c, current)
	return c.err()
}

// checkIdentifiers checks that one will be left of the two that stored has.
func (u *update) checkIdentifiers(c *checker, stored *ent.User) {
	switch {
	case after(u.email, stored.Email) != nil, after(u.username, stored.Username) != nil:
	case u.email.IsSet():
		c.noIdentifier("input.email")
	default:
		c.noIdentifier("input.username")
	}
}

// after returns the value that there will be, nil for none.
func after(wanted text, stored *string) *string {
	if value, given := wanted.ValueOK(); given {
		return value
	}
	return stored
}

func set(wanted text, put func(string), remove func()) {
	value, given := wanted.ValueOK()
	switch {
	case !given:
	case value == nil:
		remove()
	default:
		put(*value)
	}
}

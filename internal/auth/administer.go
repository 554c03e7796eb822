package auth

import (
	"context"
	"log/slog"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/audit"
)

// NewUser is an account that the operator makes. An e-mail address or a username is required.
type NewUser struct {
	Email    *string
	Username *string
	Name     *string
	Password string
	Role     user.Role
	Disabled bool
}

// AccountChange is what the operator changes about an account: omitted or nil keeps what is there, an Omittable with nil
// clears it.
type AccountChange struct {
	Name     graphql.Omittable[*string]
	Email    graphql.Omittable[*string]
	Username graphql.Omittable[*string]
	Role     *user.Role
	Disabled *bool
	Password *string
}

// ChangeText is a part of an AccountChange: nil keeps what is there, an empty text clears it.
func ChangeText(to *string) graphql.Omittable[*string] {
	switch {
	case to == nil:
		return text{}
	case *to == "":
		return graphql.OmittableOf[*string](nil)
	default:
		return graphql.OmittableOf(to)
	}
}

// FindUser returns the account with this id, e-mail address or username, or a NotFound error.
func (s *Service) FindUser(ctx context.Context, who string) (*ent.User, error) {
	const idLength = 36 // other forms of a UUID could be usernames
	if id, err := uuid.FromString(who); err == nil && len(who) == idLength {
		return s.userByID(ctx, id)
	}
	found, err := s.userByIdentifier(ctx, identifier(who))
	if err == nil && found == nil {
		err = notFound()
	}
	return found, err
}

// userByID returns an account, or a NotFound error.
func (s *Service) userByID(ctx context.Context, id uuid.UUID) (*ent.User, error) {
	found, err := s.db.Read.User.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, notFound()
	}
	return found, err
}

// CreateUser makes an account, also where sign-up is closed. Nobody is signed in.
func (s *Service) CreateUser(ctx context.Context, in NewUser) (*ent.User, error) {
	c := checker{policy: s.policy}
	wanted := c.account(in.Email, in.Username, in.Name)
	wanted.role, wanted.disabled = in.Role, in.Disabled
	c.newPassword("input.password", in.Password, wanted)
	if err := c.err(); err != nil {
		return nil, err
	}
	hash, err := s.passwords.Hash(ctx, in.Password)
	if err != nil {
		return nil, err
	}
	var created *ent.User
	err = s.db.Tx(ctx, func(tx *ent.Tx) (err error) {
		if created, err = s.insert(ctx, tx, wanted, hash); err != nil {
			return err
		}
		s.onceCommitted(ctx, tx, audit.Event{Name: audit.UserCreated, UserID: created.ID, Details: []slog.Attr{roleAttr(created.Role)}})
		return nil
	})
	return created, taken(err)
}

// ChangeUser changes an account. Another role makes its access tokens invalid, but leaves the sessions; disabling and a new
// password end them.
func (s *Service) ChangeUser(ctx context.Context, id uuid.UUID, in AccountChange) (*ent.User, error) {
	stored, err := s.userByID(ctx, id)
	if err != nil {
		return nil, err
	}
	c := checker{policy: s.policy}
	wanted := c.profile(in.Name, in.Email, in.Username, stored)
	wanted.role, wanted.disabled = in.Role, in.Disabled
	if in.Password != nil {
		c.newPassword("input.password", *in.Password, wanted.after(stored))
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	if in.Password != nil {
		if wanted.hash, err = s.passwords.Hash(ctx, *in.Password); err != nil {
			return nil, err
		}
		wanted.password = in.Password
	}
	var changed *ent.User
	err = s.inUserTx(ctx, id, wanted.administers(), func(tx *ent.Tx, current *ent.User) (err error) {
		changed, err = s.apply(ctx, tx, current, wanted)
		return err
	})
	return changed, taken(err)
}

// RemoveUser deletes an account and ends its sessions.
func (s *Service) RemoveUser(ctx context.Context, id uuid.UUID) error {
	return s.inUserTx(ctx, id, true, func(tx *ent.Tx, current *ent.User) error { return s.remove(ctx, tx, current) })
}

// inUserTx runs fn in a transaction in which the row of a user, of whom nothing else is asked, is locked, and the administrators
// are (see lockAdministrators) if they may become fewer.
func (s *Service) inUserTx(ctx context.Context, id uuid.UUID, administrators bool, fn func(*ent.Tx, *ent.User) error) error {
	return s.db.Tx(ctx, func(tx *ent.Tx) error {
		if administrators {
			if err := lockAdministrators(ctx, tx); err != nil {
				return err
			}
		}
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

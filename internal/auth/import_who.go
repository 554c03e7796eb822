package auth

import (
	"context"
	"encoding/binary"

	"latchkey/ent"
	"latchkey/ent/user"
)

// notTheSame tells why a record is not about the account that has its e-mail address or its username, or byUsername its username
// alone; nil if it is. Nobody becomes someone else by it: neither who has signed up here before the owner of a name came, nor
// who has a name in the old system that was another's.
func (i *Import) notTheSame(row *Candidate, stored, byUsername *ent.User) *Error {
	field := "username"
	if row.account.email != nil && stored.Email != nil && *row.account.email == *stored.Email {
		field = "email"
	}
	differ := func(message string) *Error { return &Error{Code: BadUserInput, Message: message, Field: field} }
	switch {
	case byUsername != nil && byUsername != stored:
		return differ("The e-mail address is one account's, and the username another one's.")
	case stored.Imported == nil:
		return differ("An account has it that was made here.")
	case row.createdAt != nil && row.createdAt.UnixMilli() != stored.CreatedAt.UnixMilli():
		return differ("An account has it that was created at another time: someone else's.")
	}
	if !i.update { // it is left, however many records are about it
		return nil
	}
	id, line := binary.BigEndian.Uint64(stored.ID[8:]), int32(row.Line) //nolint:gosec // no file has so many lines
	if first := i.accounts[id]; first != 0 && first != line {
		return differ("An earlier record is about the same account.")
	}
	i.accounts[id] = line
	return nil
}

// present are the accounts that are there already.
type present struct{ byEmail, byUsername map[string]*ent.User }

func (p present) of(c *Candidate) (byEmail, byUsername *ent.User) {
	if c.account.email != nil {
		byEmail = p.byEmail[*c.account.email]
	}
	if c.account.username != nil {
		byUsername = p.byUsername[*c.account.username]
	}
	return byEmail, byUsername
}

// find looks accounts up. One that has both identifiers is the same pointer twice.
func (i *Import) find(ctx context.Context, rows []*Candidate) (present, error) {
	var emails, usernames []string
	for _, row := range rows {
		if row.account.email != nil {
			emails = append(emails, *row.account.email)
		}
		if row.account.username != nil {
			usernames = append(usernames, *row.account.username)
		}
	}
	found := map[string]*ent.User{}
	p := present{byEmail: map[string]*ent.User{}, byUsername: map[string]*ent.User{}}
	collect := func(users []*ent.User, err error) error {
		for _, u := range users {
			if first := found[u.ID.String()]; first != nil {
				u = first
			}
			found[u.ID.String()] = u
			if u.Email != nil {
				p.byEmail[*u.Email] = u
			}
			if u.Username != nil {
				p.byUsername[*u.Username] = u
			}
		}
		return err
	}
	// Where rows are written: with SQLite, that connection has their pages in its cache, and will need them.
	return p, i.rules.db.Tx(ctx, func(tx *ent.Tx) error {
		if len(emails) > 0 {
			if err := collect(tx.User.Query().Where(user.EmailIn(emails...)).All(ctx)); err != nil {
				return err
			}
		}
		if len(usernames) == 0 {
			return nil
		}
		return collect(tx.User.Query().Where(user.UsernameIn(usernames...)).All(ctx))
	})
}

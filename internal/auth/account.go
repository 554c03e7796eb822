package auth

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/user"
)

// account is a new one, checked, without its password.
type account struct {
	email, username, name *string
	role                  user.Role
	disabled              bool
	imported              *user.Imported // nil if it is made here
}

// account checks what a new account is called.
func (c *checker) account(email, username, name *string) account {
	checked := account{
		email:    c.email("input.email", email),
		username: c.username("input.username", username),
		name:     c.name("input.name", name),
		role:     user.RoleUSER,
	}
	if checked.email == nil && checked.username == nil {
		c.noIdentifier("input.email")
	}
	return checked
}

// insert makes the row of an account. Whether an identifier is free is decided by the database alone, so two at once can't
// both have it.
func (s *Service) insert(ctx context.Context, tx *ent.Tx, a account, hash string) (*ent.User, error) {
	id, err := s.ids.NewV7()
	if err != nil {
		return nil, err
	}
	return s.creation(tx, id, a, hash).Save(ctx)
}

// creation makes an account that was created when its id says: the order of the ids is that of the list, and a range of them
// one of time.
func (s *Service) creation(tx *ent.Tx, id uuid.UUID, a account, hash string) *ent.UserCreate {
	return tx.User.Create().
		SetID(id).
		SetNillableEmail(a.email).
		SetNillableUsername(a.username).
		SetNillableName(a.name).
		SetPasswordHash(hash).
		SetRole(a.role).
		SetDisabled(a.disabled).
		SetNillableImported(a.imported).
		SetCreatedAt(createdAt(id)).
		SetUpdatedAt(s.now())
}

// isFresh tells whether an account is still as it was imported.
func isFresh(u *ent.User) bool { return u.Imported != nil && *u.Imported == user.ImportedFRESH }

// createdAt is the moment in a UUIDv7 (RFC 9562 §5.7).
func createdAt(id uuid.UUID) time.Time {
	var ms [8]byte
	copy(ms[2:], id[:6])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(ms[:]))).UTC() //nolint:gosec // 48 bits
}

// firstID is the least id of a millisecond since 1970. Before that there are none.
func firstID(ms int64) uuid.UUID {
	const most = 1<<48 - 1
	var bytes [8]byte
	binary.BigEndian.PutUint64(bytes[:], uint64(min(max(ms, 0), most)))
	var id uuid.UUID
	copy(id[:6], bytes[2:])
	return id
}

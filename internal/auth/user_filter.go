package auth

import (
	"context"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent/predicate"
	"latchkey/ent/user"
)

// UserFilter picks accounts; nil members pick all.
type UserFilter struct {
	Text          *string // how the e-mail address or the username begins
	Role          *user.Role
	Disabled      *bool
	CreatedAfter  *time.Time
	CreatedBefore *time.Time
}

// commonText is what more than this many addresses or usernames begin with. So many are read and sorted in some hundredths of
// a second.
const commonText = 10_000

// pick turns a filter into conditions, such that a page takes milliseconds among a million accounts.
func (s *Service) pick(ctx context.Context, f *UserFilter) (*picked, error) {
	p := &picked{to: uuid.Max}
	if f == nil {
		return p, nil
	}
	if f.Text != nil && identifier(*f.Text) != "" {
		if err := s.pickText(ctx, p, identifier(*f.Text)); err != nil {
			return nil, err
		}
	}
	if f.Role != nil {
		p.equals(user.FieldRole, string(*f.Role), "")
	}
	if f.Disabled != nil {
		const noBoolean = 2
		value := 0 // ent writes a comparison with a boolean so that SQLite uses no index, and MySQL sorts
		if *f.Disabled {
			value = 1
		}
		p.equals(user.FieldDisabled, value, noBoolean)
	}
	if f.CreatedAfter != nil {
		p = p.since(firstID(f.CreatedAfter.UnixMilli() + 1))
	}
	if f.CreatedBefore != nil {
		before := f.CreatedBefore.Add(time.Millisecond - time.Nanosecond) // up to the next whole millisecond
		p = p.before(firstID(before.UnixMilli()))
	}
	return p, nil
}

// pickText picks what begins with prefix, which is not empty.
func (s *Service) pickText(ctx context.Context, p *picked, prefix string) error {
	email, username := between(user.EmailGTE, user.EmailLT, prefix), between(user.UsernameGTE, user.UsernameLT, prefix)
	for _, condition := range []predicate.User{email, username} {
		common, err := s.db.Read.User.Query().Where(condition).Offset(commonText).Exist(ctx)
		if err != nil {
			return err
		}
		if common { // so a page is soon full when the list is read in its order
			p.conditions = append(p.conditions, user.Or(beginsWith(user.FieldEmail, prefix), beginsWith(user.FieldUsername, prefix)))
			return nil
		}
	}
	p.conditions, p.byText = append(p.conditions, user.Or(email, username)), true
	return nil
}

package auth

import (
	"context"

	"latchkey/ent/session"
)

// Count counts the accounts and the live sessions, for the operator. It takes the database some time: see docs/operations.md.
func (s *Service) Count(ctx context.Context) (users, sessions int, err error) {
	users, err = s.db.Read.User.Query().Count(ctx)
	if err != nil {
		return 0, 0, err
	}
	sessions, err = s.db.Read.Session.Query().Where(session.ExpiresAtGT(s.now())).Count(ctx)
	return users, sessions, err
}

package auth

import "context"

// Count counts the accounts and the sessions, for the operator, as the tables have them: a session that has expired counts until it is
// removed, because to look at each takes five times as long.
func (s *Service) Count(ctx context.Context) (users, sessions int, err error) {
	users, err = s.db.Read.User.Query().Count(ctx)
	if err != nil {
		return 0, 0, err
	}
	sessions, err = s.db.Read.Session.Query().Count(ctx)
	return users, sessions, err
}

package auth

import (
	"context"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/blockedtoken"
	"latchkey/ent/session"
	"latchkey/internal/token"
)

// expiredBatch is how many rows one transaction removes at most. SQLite has one writer, and whoever wants to write waits
// for it meanwhile: some milliseconds.
const expiredBatch = 200

// RemoveExpired removes blocked ids and sessions that nothing needs any more, at most 200 of each, in one short
// transaction each. It returns how many it has removed, and whether there may be more: call it again then, after a pause.
// Any number of servers may do so at once.
func (s *Service) RemoveExpired(ctx context.Context) (removed int, more bool, err error) {
	for _, remove := range []func(context.Context) (int, bool, error){s.removeExpiredBlocks, s.removeExpiredSessions} {
		n, full, err := remove(ctx)
		removed, more = removed+n, more || full
		if err != nil {
			return removed, false, err
		}
	}
	return removed, more, nil
}

func (s *Service) removeExpiredBlocks(ctx context.Context) (int, bool, error) {
	expired := blockedtoken.ExpiresAtLTE(s.now())
	ids, err := s.db.Read.BlockedToken.Query().Where(expired).Order(blockedtoken.ByExpiresAt()).Limit(expiredBatch).IDs(ctx)
	if err != nil {
		return 0, false, err
	}
	return s.removeBatch(ctx, ids, func(tx *ent.Tx) (int, error) {
		return tx.BlockedToken.Delete().Where(blockedtoken.IDIn(ids...), expired).Exec(ctx)
	})
}

// removeExpiredSessions leaves a session for as long as one of its access tokens may still be accepted somewhere: while it
// is there it can be ended. Nothing has to be blocked after that (see endSessions).
func (s *Service) removeExpiredSessions(ctx context.Context) (int, bool, error) {
	over := s.now().Add(-token.Leeway - blockMargin)
	expired := session.And(session.ExpiresAtLTE(over), session.AccessExpiresAtLTE(over))
	ids, err := s.db.Read.Session.Query().Where(expired).Order(session.ByExpiresAt()).Limit(expiredBatch).IDs(ctx)
	if err != nil {
		return 0, false, err
	}
	return s.removeBatch(ctx, ids, func(tx *ent.Tx) (int, error) {
		return tx.Session.Delete().Where(session.IDIn(ids...), expired).Exec(ctx) // one may have been refreshed meanwhile
	})
}

// removeBatch runs remove in a transaction if there are ids. They were read before it: what it holds up is as short as can be.
func (s *Service) removeBatch(ctx context.Context, ids []uuid.UUID, remove func(*ent.Tx) (int, error)) (removed int, full bool, err error) {
	if len(ids) == 0 {
		return 0, false, nil
	}
	err = s.db.Tx(ctx, func(tx *ent.Tx) error {
		removed, err = remove(tx)
		return err
	})
	return removed, len(ids) == expiredBatch, err
}

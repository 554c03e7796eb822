package auth

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/predicate"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/token"
	"latchkey/internal/viewer"
)

// blockMargin is how much longer than necessary a blocked id is kept, so that no clock decides whether it still counts.
const blockMargin = 5 * time.Minute

// insertBatch keeps a bulk insert far below the number of parameters that SQLite takes (32,766).
const insertBatch = 1000

// errCredentialsChanged means that between the check of the credentials and the transaction they were changed or taken back,
// or the user was disabled or deleted.
var errCredentialsChanged = errors.New("the credentials have changed meanwhile")

// lockUser locks the row of checked for the rest of the transaction and returns it as it is now, or
// errCredentialsChanged if its credential version is another, it is disabled or gone, or also is not met.
func lockUser(ctx context.Context, tx *ent.Tx, checked *ent.User, also ...predicate.User) (*ent.User, error) {
	found, err := tx.User.Update().
		Where(user.ID(checked.ID), user.CredentialVersion(checked.CredentialVersion), user.Disabled(false)).
		AddCredentialVersion(0). // an UPDATE locks in both databases, FOR UPDATE does not
		Save(ctx)
	if err != nil {
		return nil, err
	}
	if found == 0 {
		return nil, errCredentialsChanged
	}
	current, err := tx.User.Query().Where(user.ID(checked.ID), user.And(also...)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, errCredentialsChanged
	}
	return current, err
}

// inLockedTx runs fn in a transaction in which the viewer's row is locked; what it gets is the row as it is now. A viewer
// whose token has been taken back meanwhile, while a password was hashed perhaps, is refused as on any later request.
func (s *Service) inLockedTx(ctx context.Context, me *Identity, fn func(*ent.Tx, *ent.User) error) error {
	err := s.db.Tx(ctx, func(tx *ent.Tx) error {
		current, err := lockUser(ctx, tx, me.User, noneBlocked(me.TokenID, me.SessionID))
		if err != nil {
			return err
		}
		return fn(tx, current)
	})
	if errors.Is(err, errCredentialsChanged) {
		return unauthenticated(token.Revoked)
	}
	return err
}

// openSession makes a session of u, which is locked or new. It lives as long as its one access token.
func (s *Service) openSession(ctx context.Context, tx *ent.Tx, u *ent.User) (*ent.Session, error) {
	id, err := s.ids.NewV7()
	if err != nil {
		return nil, err
	}
	now := s.now()
	return tx.Session.Create().
		SetID(id).
		SetUserID(u.ID).
		SetCreatedAt(now).
		SetLastUsedAt(now).
		SetExpiresAt(now.Add(s.tokens.TTL())).
		SetAccessExpiresAt(now.Add(s.tokens.TTL())).
		SetSecretHash(token.NewSecret().Hash()).
		Save(ctx)
}

// endSessions deletes the sessions that match and blocks their ids, so that their tokens are refused from now on. It returns
// the ids, without those of sessions that were long over: of them nothing is left to refuse.
func (s *Service) endSessions(ctx context.Context, tx *ent.Tx, matches ...predicate.Session) ([]uuid.UUID, error) {
	sessions, err := tx.Session.Query().
		Where(session.And(matches...), session.ExpiresAtGT(s.now().Add(-token.Leeway-blockMargin))).
		All(ctx)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for batch := range slices.Chunk(sessions, insertBatch) {
		blocks := make([]*ent.BlockedTokenCreate, len(batch))
		for i, ended := range batch {
			// Its token may have been issued under a longer TTL than today's.
			until := ended.ExpiresAt.Add(token.Leeway + blockMargin)
			blocks[i] = tx.BlockedToken.Create().SetID(ended.ID).SetCreatedAt(s.now()).SetExpiresAt(until)
			ids = append(ids, ended.ID)
		}
		if err := tx.BlockedToken.CreateBulk(blocks...).Exec(ctx); err != nil {
			return nil, err
		}
	}
	_, err = tx.Session.Delete().Where(matches...).Exec(ctx)
	return ids, err
}

// signIn issues the access token for a session that has been committed, and makes its user the viewer.
func (s *Service) signIn(ctx context.Context, u *ent.User, opened *ent.Session) (*AuthPayload, error) {
	id, err := s.ids.NewV7()
	if err != nil {
		return nil, err
	}
	accessToken, err := s.tokens.Issue(token.Claims{
		ID:        id,
		UserID:    u.ID,
		SessionID: opened.ID,
		Role:      u.Role.String(),
		Version:   u.CredentialVersion,
		ExpiresAt: s.now().Add(s.tokens.TTL()),
	})
	if err != nil {
		return nil, err
	}
	viewer.FromContext[*Identity](ctx).Set(&Identity{User: u, SessionID: opened.ID, TokenID: id})
	return &AuthPayload{
		AccessToken: accessToken,
		ExpiresIn:   int(s.tokens.TTL() / time.Second),
		User:        u,
	}, nil
}

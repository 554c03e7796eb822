package auth

import (
	"context"
	"slices"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/predicate"
	"latchkey/ent/session"
	"latchkey/internal/audit"
	"latchkey/internal/token"
)

// MaxSessions is how many a user has at most. More log-ins than that are a program that does not keep its tokens.
const MaxSessions = 100

// blockMargin is how much longer than necessary a blocked id is kept, so that no clock decides whether it still counts.
const blockMargin = 5 * time.Minute

// insertBatch keeps a bulk insert far below the number of parameters that SQLite takes (32,766).
const insertBatch = 1000

// Lifetimes says how long things last.
type Lifetimes struct {
	Access  time.Duration // an access token, at most; whole seconds
	Idle    time.Duration // a session that is not refreshed
	Session time.Duration // a session however often it is refreshed
	Grace   time.Duration // a refresh token that has been used
}

// signedIn is a session and the secret of its refresh tokens, which is nowhere else on this side.
type signedIn struct {
	*ent.Session
	secret   token.Secret
	delivery session.Delivery // of the answer to this request
}

// openSession makes a session of u, which is locked or new, and records how. If that is one too many, the oldest ends.
func (s *Service) openSession(ctx context.Context, tx *ent.Tx, u *ent.User, delivery session.Delivery, how audit.Event) (*signedIn, error) {
	id, err := s.ids.NewV7()
	if err != nil {
		return nil, err
	}
	now, request, secret := s.now(), requestFrom(ctx), token.NewSecret()
	opened, err := tx.Session.Create().
		SetID(id).
		SetUserID(u.ID).
		SetCreatedAt(now).
		SetLastUsedAt(now).
		SetExpiresAt(s.sessionEnd(now, now)).
		SetAccessExpiresAt(s.accessEnd(now)).
		SetSecretHash(secret.Hash()).
		SetDelivery(delivery).
		SetNillableUserAgent(known(request.UserAgent)).
		SetNillableIPAddress(known(request.IPAddress)).
		Save(ctx)
	if err != nil {
		return nil, err
	}
	how.UserID, how.SessionID = u.ID, id
	s.onceCommitted(ctx, tx, how)
	surplus, err := tx.Session.Query().
		Where(session.UserID(u.ID), session.ExpiresAtGT(now)).
		Order(ent.Desc(session.FieldID)).
		Offset(MaxSessions).Limit(insertBatch).
		IDs(ctx)
	if err == nil && len(surplus) > 0 {
		_, err = s.endSessions(ctx, tx, audit.TooMany, session.IDIn(surplus...))
	}
	return &signedIn{Session: opened, secret: secret, delivery: delivery}, err
}

// sessionEnd is when a session ends that is used now and not any more.
func (s *Service) sessionEnd(createdAt, now time.Time) time.Time {
	return earlier(now.Add(s.lifetimes.Idle), createdAt.Add(s.lifetimes.Session))
}

// accessEnd is when every access token has expired that is issued for a session from now until the next refresh.
func (s *Service) accessEnd(now time.Time) time.Time {
	return now.Add(s.lifetimes.Access + s.lifetimes.Grace)
}

// endSessions deletes the sessions that match, all of users whose rows are locked, and blocks their ids, so that their access
// tokens are refused from now on. It returns the ids of those that had not expired, and records why they ended.
func (s *Service) endSessions(ctx context.Context, tx *ent.Tx, why audit.Reason, matches ...predicate.Session) ([]uuid.UUID, error) {
	now := s.now()
	over := now.Add(-token.Leeway - blockMargin) // of what expired before that, nothing is left to refuse
	toBlock := append(slices.Clone(matches), session.Or(session.ExpiresAtGT(over), session.AccessExpiresAtGT(over)))
	sessions, err := tx.Session.Query().Where(toBlock...).All(ctx)
	if err != nil {
		return nil, err
	}
	ids := []uuid.UUID{}
	for batch := range slices.Chunk(sessions, insertBatch) {
		blocks := make([]*ent.BlockedTokenCreate, len(batch))
		for i, ended := range batch {
			blocks[i] = s.block(tx, ended.ID, ended.AccessExpiresAt)
			if ended.ExpiresAt.After(now) {
				ids = append(ids, ended.ID)
				s.onceCommitted(ctx, tx, audit.Event{Name: audit.SessionEnded, UserID: ended.UserID, SessionID: ended.ID, Reason: why})
			}
		}
		if err := tx.BlockedToken.CreateBulk(blocks...).Exec(ctx); err != nil {
			return nil, err
		}
	}
	_, err = tx.Session.Delete().Where(matches...).Exec(ctx)
	return ids, err
}

// block refuses what carries id: an access token with this jti, or all of the session with this sid. The last of them expires
// at last.
func (s *Service) block(tx *ent.Tx, id uuid.UUID, last time.Time) *ent.BlockedTokenCreate {
	return tx.BlockedToken.Create().
		SetID(id).
		SetCreatedAt(s.now()).
		SetExpiresAt(last.Add(token.Leeway + blockMargin))
}

func known(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

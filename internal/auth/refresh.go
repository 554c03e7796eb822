package auth

import (
	"context"
	"crypto/subtle"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/internal/audit"
	"latchkey/internal/token"
)

// RefreshToken exchanges a refresh token, that of the cookie if raw is nil, for new tokens of the same session. The new
// refresh token comes the way the old one came.
//
// Whoever presents the current generation moves the session to the next, with one conditional UPDATE: of many at once one
// succeeds. The others find that theirs is the generation just before, and within the grace get what that one got. Any older
// one, or that one later, has been copied or replayed, and ends the session.
func (s *Service) RefreshToken(ctx context.Context, raw *string) (*AuthPayload, error) {
	delivery := session.DeliveryBODY
	if raw == nil {
		cookie := requestFrom(ctx).cookie()
		if raw, delivery = &cookie, session.DeliveryCOOKIE; cookie == "" {
			return nil, invalidRefreshToken() // which is no try
		}
	}
	payload, err := s.refresh(ctx, *raw, delivery)
	return payload, s.countFailure(ctx, err, InvalidRefreshToken, refreshAddress)
}

func (s *Service) refresh(ctx context.Context, presented string, delivery session.Delivery) (payload *AuthPayload, err error) {
	refresh, sealed := s.tokens.OpenRefresh(presented)
	if !sealed {
		return nil, invalidRefreshToken()
	}
	try, err := s.take(ctx, bySession(refreshSession, refresh.SessionID))
	if err != nil {
		return nil, err
	}
	defer func() { try.end(ctx, err == nil || refusedWith(err, InvalidRefreshToken, RefreshTokenReused)) }()
	in := signedIn{delivery: delivery, secret: refresh.Secret}
	for { // again when another request has moved or ended the session meanwhile
		row, err := s.presented(ctx, refresh)
		if err != nil {
			return nil, err
		}
		if row.Generation == refresh.Generation {
			if row, err = s.rotate(ctx, row); err != nil {
				return nil, err
			}
		}
		if row != nil {
			in.Session = row
			return s.signIn(ctx, row.Edges.User, &in)
		}
	}
}

// presented returns the session, with its user, that a refresh token is good for: the current one, or within the grace the one
// before. One that is too old ends the session.
func (s *Service) presented(ctx context.Context, refresh token.Refresh) (*ent.Session, error) {
	row, err := s.sessionOf(ctx, refresh)
	if err != nil {
		return nil, err
	}
	now := s.now()
	switch {
	case row == nil, row.Edges.User.Disabled, !row.ExpiresAt.After(now),
		!s.sessionEnd(row.CreatedAt, now).After(now), // by a limit that is new
		refresh.Generation > row.Generation:          // made with a stolen key, or the database is an older copy
		return nil, invalidRefreshToken()
	case refresh.Generation == row.Generation,
		refresh.Generation == row.Generation-1 && !now.After(row.LastUsedAt.Add(s.lifetimes.Grace)):
		return row, nil
	}
	if _, err := s.endSession(ctx, row, audit.RefreshReused); err != nil {
		return nil, err // not REFRESH_TOKEN_REUSED, which says that the end is committed
	}
	return nil, &Error{Code: RefreshTokenReused, Message: "This refresh token was used before. Its session has been ended."}
}

// sessionOf returns the session with its user, nil if there is none or the secret is not its own.
func (s *Service) sessionOf(ctx context.Context, refresh token.Refresh) (*ent.Session, error) {
	row, err := s.lookups.session(ctx, refresh.SessionID)
	if err != nil || row == nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(row.SecretHash, refresh.Secret.Hash()) != 1 {
		return nil, nil //nolint:nilnil // no session is an answer here, and no error
	}
	return row, nil
}

// rotate moves a session on from the generation in row and returns it as it is then, or nil if it is not there any more.
func (s *Service) rotate(ctx context.Context, row *ent.Session) (*ent.Session, error) {
	now, request := s.now(), requestFrom(ctx)
	next := *row
	next.Generation++
	next.LastUsedAt = now
	next.ExpiresAt = s.sessionEnd(row.CreatedAt, now)
	next.AccessExpiresAt = later(row.AccessExpiresAt, s.accessEnd(now))
	args := []any{
		next.Generation, next.LastUsedAt, next.ExpiresAt, next.AccessExpiresAt, known(request.UserAgent), known(request.IPAddress),
		row.ID, row.Generation,
	}
	moved, err := s.moveOn(ctx, row.UserID, args)
	if err != nil || moved == 0 {
		return nil, err
	}
	return &next, nil
}

// rotation is the one statement that moves a session on: of many with the same generation one finds it. What is not known about the
// client is cleared: it is another one, perhaps a thief's, and not to be shown as the one before.
const rotation = `UPDATE sessions SET generation = ?, last_used_at = ?, expires_at = ?, access_expires_at = ?, user_agent = ?, ip_address = ?
	WHERE id = ? AND generation = ? AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.disabled = FALSE)`

// moveOn tells how many sessions the rotation has found. On SQLite it needs nothing beside it; elsewhere it holds the lock of the user's
// row, like all that opens and ends sessions.
func (s *Service) moveOn(ctx context.Context, userID uuid.UUID, args []any) (moved int64, err error) {
	if !s.db.Shared() {
		return s.rotations.Commit(ctx, args...)
	}
	err = s.db.Tx(ctx, func(tx *ent.Tx) error {
		moved = 0 // whatever a try before has found
		if found, err := lockRow(ctx, tx, userID); err != nil || !found {
			return err
		}
		result, err := tx.ExecContext(ctx, rotation, args...)
		if err == nil {
			moved, err = result.RowsAffected()
		}
		return err
	})
	return moved, err
}

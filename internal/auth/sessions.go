package auth

import (
	"context"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/audit"
)

// Sessions returns where a user is signed in, the newest first. Only they themselves and administrators may know.
func (s *Service) Sessions(ctx context.Context, of *ent.User) ([]*ent.Session, error) {
	me, err := s.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	if me.User.ID != of.ID && me.User.Role != user.RoleADMIN {
		return nil, forbidden()
	}
	return s.UserSessions(ctx, of.ID)
}

// UserSessions is Sessions for the operator, who needs no account.
func (s *Service) UserSessions(ctx context.Context, id uuid.UUID) ([]*ent.Session, error) {
	return s.db.Read.Session.Query().
		Where(session.UserID(id), session.ExpiresAtGT(s.now())).
		Order(ent.Desc(session.FieldID)).
		All(ctx)
}

// IsCurrent tells whether the request belongs to this session.
func (s *Service) IsCurrent(ctx context.Context, id uuid.UUID) (bool, error) {
	me, err := s.Viewer(ctx)
	return err == nil && me.SessionID == id, err
}

// RequireRole refuses whoever has another role.
func (s *Service) RequireRole(ctx context.Context, role user.Role) error {
	me, err := s.Viewer(ctx)
	if err == nil && me.User.Role != role {
		err = forbidden()
	}
	return err
}

// endReplaced ends the session whose cookie is about to be that of another one, whoever's it is: nobody would have its token any more
// (OWASP ASVS 5.0 §7.2.4). The log-in is committed, so if this fails the session goes on until it expires.
func (s *Service) endReplaced(ctx context.Context, opened *signedIn) {
	refresh, sealed := s.tokens.OpenRefresh(requestFrom(ctx).cookie())
	if opened.delivery != session.DeliveryCOOKIE || !sealed {
		return
	}
	if row, err := s.sessionOf(ctx, refresh); err == nil && row != nil {
		_, _ = s.endSession(ctx, row, audit.Replaced)
	}
}

// endSession ends one session, and tells whether it was there.
func (s *Service) endSession(ctx context.Context, row *ent.Session, why audit.Reason) (bool, error) {
	var ended []uuid.UUID
	err := s.db.Tx(ctx, func(tx *ent.Tx) error {
		if _, err := lockRow(ctx, tx, row.UserID); err != nil {
			return err
		}
		if why == audit.RefreshReused {
			s.onceCommitted(ctx, tx, audit.Event{Name: audit.SessionRefreshReused, UserID: row.UserID, SessionID: row.ID})
		}
		var err error
		ended, err = s.endSessions(ctx, tx, why, session.ID(row.ID))
		return err
	})
	return len(ended) > 0, err
}

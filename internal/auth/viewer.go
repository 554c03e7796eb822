package auth

import (
	"context"
	"errors"

	"entgo.io/ent/dialect/sql"
	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/blockedtoken"
	"latchkey/ent/predicate"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/token"
	"latchkey/internal/viewer"
)

// Identity is who is asking: the user, as the row was when the request needed it first, in one of their sessions.
type Identity struct {
	User      *ent.User
	SessionID uuid.UUID
	TokenID   uuid.UUID // of the access token; uuid.Nil without one, see Logout
}

// WithRequest returns a context in which whoever the access token of r belongs to is asking. The token is looked at when that
// is first needed: what needs nobody is never refused because of it.
func (s *Service) WithRequest(ctx context.Context, r *Request) context.Context {
	ctx = context.WithValue(ctx, requestKey{}, r)
	return viewer.NewContext(ctx, func(ctx context.Context) (*Identity, error) {
		identity, _, err := s.identify(ctx, r.AccessToken)
		var problem token.Problem
		if errors.As(err, &problem) {
			err = unauthenticated(problem)
		}
		return identity, err
	})
}

// Viewer returns who is asking, or an Unauthenticated error with the reason. ctx comes from WithRequest.
func (s *Service) Viewer(ctx context.Context) (*Identity, error) {
	return viewer.FromContext[*Identity](ctx).Get(ctx)
}

// identify returns who the token belongs to and what it says, or the token.Problem with it.
func (s *Service) identify(ctx context.Context, accessToken string) (*Identity, token.Claims, error) {
	claims, err := s.tokens.Verify(ctx, accessToken)
	if err != nil {
		return nil, claims, err
	}
	found, err := s.lookups.holder(ctx, claims)
	if err != nil {
		return nil, claims, err
	}
	return &Identity{User: found, SessionID: claims.SessionID, TokenID: claims.ID}, claims, nil
}

// noneBlocked holds if none of the ids has been taken back.
func noneBlocked(ids ...any) predicate.User {
	return func(s *sql.Selector) {
		blocked := sql.Table(blockedtoken.Table)
		s.Where(sql.NotExists(
			sql.Select(blocked.C(blockedtoken.FieldID)).
				From(blocked).
				Where(sql.In(blocked.C(blockedtoken.FieldID), ids...)),
		))
	}
}

// Node returns what has this id and is the viewer's to see: themselves and their sessions, and for an administrator everyone
// and all sessions. Otherwise nil.
func (s *Service) Node(ctx context.Context, id uuid.UUID) (Node, error) {
	me, err := s.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	if me.User.ID == id {
		return me.User, nil
	}
	live := []predicate.Session{session.ID(id), session.ExpiresAtGT(s.now())}
	if me.User.Role != user.RoleADMIN {
		live = append(live, session.UserID(me.User.ID))
	}
	found, err := s.db.Read.Session.Query().Where(live...).Only(ctx)
	if err == nil {
		return found, nil
	}
	if !ent.IsNotFound(err) || me.User.Role != user.RoleADMIN {
		return nil, ent.MaskNotFound(err)
	}
	other, err := s.User(ctx, id)
	if other == nil {
		return nil, err // a nil *ent.User in a Node would not be nil
	}
	return other, nil
}

// Node is an entity that the schema calls one.
type Node any

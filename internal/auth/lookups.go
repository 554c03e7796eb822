package auth

import (
	"context"
	"database/sql"
	"errors"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/store"
	"latchkey/internal/token"
)

// The two reads that requests wait for most are written by hand and stay prepared: ent writes its statements anew each time, which
// takes longer than to run them.

const userColumns = `users.email, users.username, users.name, users.password_hash, users.role, users.imported, users.created_at,
	users.updated_at`

// holderQuery is one statement, so that every request can afford it, in every process: the row is there only if nothing has been
// taken back.
const holderQuery = `SELECT ` + userColumns + ` FROM users WHERE id = ? AND credential_version = ? AND disabled = FALSE
	AND NOT EXISTS (SELECT 1 FROM blocked_tokens WHERE blocked_tokens.id = ?)
	AND NOT EXISTS (SELECT 1 FROM blocked_tokens WHERE blocked_tokens.id = ?)`

const sessionQuery = `SELECT sessions.created_at, sessions.last_used_at, sessions.expires_at, sessions.access_expires_at,
	sessions.generation, sessions.secret_hash, sessions.delivery, sessions.user_agent, sessions.ip_address,
	sessions.user_id, users.disabled, users.credential_version, ` + userColumns + `
	FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = ?`

// lookups are both, prepared.
type lookups struct{ holders, sessions *store.Lookup }

func newLookups(db *store.DB) lookups {
	return lookups{holders: db.NewLookup(holderQuery), sessions: db.NewLookup(sessionQuery)}
}

// holder returns the user that an access token belongs to, or token.Revoked.
func (l lookups) holder(ctx context.Context, of token.Claims) (*ent.User, error) {
	found := foundUser{User: &ent.User{ID: of.UserID, CredentialVersion: of.Version}} // and not disabled
	err := l.holders.Row(ctx, []any{of.UserID.String(), of.Version, of.ID.String(), of.SessionID.String()}, found.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, token.Revoked
	}
	return found.user(), err
}

// session returns a session with its user, nil if there is none.
func (l lookups) session(ctx context.Context, id uuid.UUID) (*ent.Session, error) {
	u := &ent.User{}
	of := foundUser{User: u}
	s := &ent.Session{ID: id}
	var generation int
	var delivery, userID string
	err := l.sessions.Row(ctx, []any{id.String()}, append([]any{
		&s.CreatedAt, &s.LastUsedAt, &s.ExpiresAt, &s.AccessExpiresAt, &generation, &s.SecretHash, &delivery, &s.UserAgent, &s.IPAddress,
		&userID, &u.Disabled, &u.CredentialVersion,
	}, of.columns()...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // no session is an answer here, and no error
	}
	if err != nil {
		return nil, err
	}
	s.Generation, s.Delivery = uint32(generation), session.Delivery(delivery) //nolint:gosec // it was one
	s.UserID, err = uuid.FromString(userID)
	s.Edges.User = of.user()
	s.Edges.User.ID = s.UserID
	return s, err
}

// foundUser is a user while userColumns are read.
type foundUser struct {
	*ent.User
	imported *string
}

func (f *foundUser) columns() []any {
	return []any{
		&f.Email, &f.Username, &f.Name, &f.PasswordHash, (*string)(&f.Role), &f.imported, &f.CreatedAt, &f.UpdatedAt,
	}
}

func (f *foundUser) user() *ent.User {
	f.Imported = (*user.Imported)(f.imported)
	return f.User
}

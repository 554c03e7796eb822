package auth

import (
	"context"
	"errors"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/audit"
	"latchkey/internal/password"
)

// LoginInput is what someone signs in with.
type LoginInput struct {
	Identifier string // e-mail address or username
	Password   string
	Delivery   *session.Delivery // nil means in the answer
}

// Login opens a session. Unknown account, wrong password and disabled account get the same answer, and do the same work where
// the hash is ours. A hash of another system, or of parameters that we have left, is replaced by a current one.
func (s *Service) Login(ctx context.Context, in LoginInput) (payload *AuthPayload, err error) {
	c := checker{}
	sought := identifier(in.Identifier)
	c.present("input.identifier", sought)
	c.password("input.password", in.Password, password.MaxGiven)
	delivery := c.delivery(ctx, "input.delivery", in.Delivery)
	if err := c.err(); err != nil {
		return nil, err
	}
	try, err := s.takeLogin(ctx, sought)
	if err != nil {
		return nil, err
	}
	defer func() { try.end(ctx, refusedWith(err, InvalidCredentials)) }()
	found, err := s.userByIdentifier(ctx, sought)
	if err != nil {
		return nil, err
	}
	hash := "" // of nobody, which takes as long
	if found != nil {
		hash = found.PasswordHash
	}
	right, err := s.passwords.Verify(ctx, hash, in.Password)
	if err != nil {
		return nil, err
	}
	if !right || found.Disabled {
		s.record(ctx, failedLogin(found, right))
		return nil, invalidCredentials()
	}
	renewed := s.renewedHash(ctx, hash, in.Password)
	var current *ent.User
	var opened *signedIn
	err = s.db.Tx(ctx, func(tx *ent.Tx) error {
		if current, err = lockUser(ctx, tx, found); err != nil {
			return err
		}
		if current, err = settle(ctx, current, hash, renewed); err != nil {
			return err
		}
		opened, err = s.openSession(ctx, tx, current, delivery, audit.Event{Name: audit.LoginSucceeded})
		return err
	})
	if errors.Is(err, errCredentialsChanged) {
		s.record(ctx, audit.Event{Name: audit.LoginFailed, UserID: found.ID, Reason: audit.CredentialsChanged})
		return nil, invalidCredentials()
	}
	if err != nil {
		return nil, err
	}
	s.endReplaced(ctx, opened)
	return s.signIn(ctx, current, opened)
}

// renewedHash returns a current hash of the verified password if hash is outdated, and otherwise "". So it does if there is no
// turn for it: the next log-in will do it.
func (s *Service) renewedHash(ctx context.Context, hash, verified string) string {
	if !s.passwords.Outdated(hash) {
		return ""
	}
	renewed, err := s.passwords.Hash(ctx, verified)
	if err != nil {
		return ""
	}
	return renewed
}

// settle puts renewed, unless it is "", into the locked row if verified still is its hash: another log-in may have been first. An
// imported account is its user's from now on, whatever the old system says of it later. Neither credentials nor account
// change by it, so sessions go on and updatedAt stays.
func settle(ctx context.Context, current *ent.User, verified, renewed string) (*ent.User, error) {
	replace := renewed != "" && current.PasswordHash == verified
	if !replace && !isFresh(current) {
		return current, nil
	}
	update := current.Update()
	if replace {
		update.SetPasswordHash(renewed)
	}
	if isFresh(current) {
		update.SetImported(user.ImportedUSED)
	}
	return update.Save(ctx)
}

// userByIdentifier returns nil if there is no such account.
func (s *Service) userByIdentifier(ctx context.Context, sought string) (*ent.User, error) {
	found, err := s.db.Read.User.Query().Where(byIdentifier(sought)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // nobody is an answer here, and no error
	}
	return found, err
}

// confirm checks the viewer's own password. It counts with the log-ins of the address too: anyone can have many sessions, and each
// check takes a hash.
func (s *Service) confirm(ctx context.Context, me *Identity, currentPassword string) (err error) {
	try, err := s.take(ctx, bySession(confirmSession, me.SessionID), byAddress(ctx, loginAddress))
	if err != nil {
		return err
	}
	defer func() { try.end(ctx, refusedWith(err, InvalidCredentials)) }()
	right, err := s.passwords.Verify(ctx, me.User.PasswordHash, currentPassword)
	if err != nil {
		return err
	}
	if !right {
		s.record(ctx, audit.Event{Name: audit.ReauthenticationFailed, UserID: me.User.ID, SessionID: me.SessionID})
		return &Error{Code: InvalidCredentials, Message: "The current password is wrong."}
	}
	return nil
}

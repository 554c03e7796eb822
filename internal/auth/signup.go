package auth

import (
	"context"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/internal/audit"
	"latchkey/internal/store"
)

// SignupInput is a new account.
type SignupInput struct {
	Email    *string
	Username *string
	Name     *string
	Password string
	Delivery *session.Delivery // nil means in the answer
}

// Signup creates an account and signs it in.
func (s *Service) Signup(ctx context.Context, in SignupInput) (payload *AuthPayload, err error) {
	if !s.open {
		return nil, &Error{Code: SignupClosed, Message: "Accounts are created by administrators only."}
	}
	c := checker{policy: s.policy}
	wanted := c.account(in.Email, in.Username, in.Name)
	c.newPassword("input.password", in.Password, wanted)
	delivery := c.delivery(ctx, "input.delivery", in.Delivery)
	if err := c.err(); err != nil {
		return nil, err
	}
	try, err := s.take(ctx, byAddress(ctx, claimAddress))
	if err != nil {
		return nil, err
	}
	defer func() { try.end(ctx, err == nil || refusedWith(err, EmailTaken, UsernameTaken)) }()
	hash, err := s.passwords.Hash(ctx, in.Password)
	if err != nil {
		return nil, err
	}
	var created *ent.User
	var opened *signedIn
	err = s.db.Tx(ctx, func(tx *ent.Tx) error {
		if created, err = s.insert(ctx, tx, wanted, hash); err != nil {
			return err
		}
		opened, err = s.openSession(ctx, tx, created, delivery, audit.Event{Name: audit.UserSignedUp})
		return err
	})
	if err != nil {
		return nil, taken(err)
	}
	s.endReplaced(ctx, opened)
	return s.signIn(ctx, created, opened)
}

// taken turns the database's refusal of an identifier into what the client is told.
func taken(err error) error {
	switch store.TakenColumn(err) {
	case "email":
		return &Error{Code: EmailTaken, Message: "Another account has this e-mail address.", Field: "input.email"}
	case "username":
		return &Error{Code: UsernameTaken, Message: "Another account has this username.", Field: "input.username"}
	default:
		return err
	}
}

// Package auth holds the rules: who may sign up, log in, change and delete what, whose tokens count, and how sessions live
// and end.
//
// Service is the whole of it. Each method is one operation of the API: it checks its input, then does all its writing in
// one transaction. Who is asking comes from the context (WithRequest). Passwords are hashed outside of transactions, because
// a hash takes longer than everything else together; so each transaction first locks the user's row and makes sure that
// the credentials are still those that were checked (lockUser).
package auth

import (
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/audit"
	"latchkey/internal/password"
	"latchkey/internal/store"
	"latchkey/internal/throttle"
	"latchkey/internal/token"
)

// Service applies the rules. Safe for concurrent use.
type Service struct {
	db        *store.DB
	lookups   lookups
	rotations *store.Change // see moveOn
	tokens    *token.Tokens
	passwords *password.Hasher
	ids       uuid.Generator
	now       func() time.Time
	lifetimes Lifetimes
	policy    password.Policy
	open      bool // whether anyone may sign up
	throttle  *throttle.Throttle
	audit     *audit.Log
}

// Config is what a Service is made of.
type Config struct {
	DB         *store.DB
	Tokens     *token.Tokens
	Passwords  *password.Hasher
	Lifetimes  Lifetimes
	Policy     password.Policy
	OpenSignup bool
	Throttle   *throttle.Throttle // nil lets everything be tried as often as one likes
	Audit      *audit.Log         // of security events; nil for none
	IDs        uuid.Generator     // makes UUIDv7
	Now        func() time.Time   // the clock
}

// New returns a Service.
func New(c Config) *Service {
	return &Service{
		db:        c.DB,
		lookups:   newLookups(c.DB),
		rotations: c.DB.NewChange(rotation),
		tokens:    c.Tokens,
		passwords: c.Passwords,
		ids:       c.IDs,
		now:       func() time.Time { return c.Now().UTC().Truncate(time.Millisecond) }, // as the API shows times
		lifetimes: c.Lifetimes,
		policy:    c.Policy,
		open:      c.OpenSignup,
		throttle:  c.Throttle,
		audit:     c.Audit,
	}
}

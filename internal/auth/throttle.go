package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"latchkey/ent/predicate"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/audit"
	"latchkey/internal/throttle"
	"latchkey/internal/viewer"
)

// try is one that has been counted, until it turns out that it does not count.
type try struct{ counted []*throttle.Try }

// take counts a try, or refuses it.
func (s *Service) take(ctx context.Context, buckets ...throttle.Bucket) (*try, error) {
	counted, refused := s.throttle.Take(ctx, buckets...)
	if refused != nil {
		return nil, s.rateLimited(ctx, refused)
	}
	return &try{[]*throttle.Try{counted}}, nil
}

// takeLogin counts a log-in before anything is looked up. What it asks, and how long that takes, does not depend on whether
// there is such an account.
//
// When an attack from many addresses has filled the account's bucket, its owner still gets in: an address from which a session of
// the account is in use is held to the limits of that address alone. The look-up counts as a try of the address, so that nobody
// can repeat it until its duration tells something.
func (s *Service) takeLogin(ctx context.Context, sought string) (*try, error) {
	address := byAddress(ctx, loginAddress)
	account := s.tokens.Pseudonym(sought)
	made, err := s.take(ctx, address, throttle.Bucket{Limit: loginPair, Key: address.Key + "|" + account})
	if err != nil {
		return nil, err
	}
	counted, refused := s.throttle.Take(ctx, throttle.Bucket{Limit: loginIdentifier, Key: account})
	if refused == nil {
		made.counted = append(made.counted, counted)
		return made, nil
	}
	known, err := s.isInUseFrom(ctx, sought, address.Key)
	if err != nil {
		made.end(ctx, false)
		return nil, err
	}
	if !known {
		return nil, s.rateLimited(ctx, refused)
	}
	return made, nil
}

// takeClaim counts a change of what an account is called. Others cost nothing.
func (s *Service) takeClaim(ctx context.Context, wanted *accountChange) (*try, error) {
	if !wanted.email.IsSet() && !wanted.username.IsSet() {
		return &try{}, nil
	}
	return s.take(ctx, byAddress(ctx, claimAddress))
}

// isInUseFrom tells whether a session of the account is used from this network. For strangers the database has no rows to send,
// however many sessions there are, so that its answer takes as long as for an account that does not exist.
func (s *Service) isInUseFrom(ctx context.Context, sought, network string) (bool, error) {
	var addresses []string
	err := s.db.Read.Session.Query().
		Where(session.HasUserWith(byIdentifier(sought)), session.ExpiresAtGT(s.now()), session.IPAddressHasPrefix(beginning(network))).
		Select(session.FieldIPAddress).
		Scan(ctx, &addresses)
	for _, address := range addresses {
		if throttle.Network(address) == network {
			return true, err
		}
	}
	return false, err
}

// beginning is how every address of a network is written in the beginning.
func beginning(network string) string {
	first, _, _ := strings.Cut(network, ":") // the whole of an IPv4 address
	return first
}

// byIdentifier matches the account with this e-mail address or username.
func byIdentifier(sought string) predicate.User {
	if isEmail(sought) {
		return user.Email(sought)
	}
	return user.Username(sought)
}

// end takes the try back unless it counts.
func (t *try) end(ctx context.Context, counts bool) {
	if counts {
		return
	}
	for _, counted := range t.counted {
		counted.GiveBack(ctx)
	}
}

// countFailure counts a refusal with this code afterwards, and when there are too many of them returns that instead. What is
// right is never refused.
func (s *Service) countFailure(ctx context.Context, err error, code Code, limit *throttle.Limit) error {
	if !refusedWith(err, code) {
		return err
	}
	if _, limited := s.take(ctx, byAddress(ctx, limit)); limited != nil {
		return limited
	}
	return err
}

// rateLimited records a refusal, and returns what the client is told.
func (s *Service) rateLimited(ctx context.Context, refused *throttle.Refused) *Error {
	event := audit.Event{Name: audit.RequestThrottled, Limit: refused.Limit}
	if me, known := viewer.FromContext[*Identity](ctx).Known(); known {
		event.UserID, event.SessionID = me.User.ID, me.SessionID
	}
	s.record(ctx, event)
	return &Error{
		Code:       RateLimited,
		Message:    "Too many tries. Wait before the next one.",
		RetryAfter: int((refused.Wait + time.Second - 1) / time.Second),
	}
}

// refusedWith tells whether err is an *Error with one of the codes.
func refusedWith(err error, codes ...Code) bool {
	var refused *Error
	if !errors.As(err, &refused) {
		return false
	}
	return slices.Contains(codes, refused.Code)
}

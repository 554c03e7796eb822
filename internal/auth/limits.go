package auth

import (
	"context"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/throttle"
)

// The limits. A password check counts as a failure before it is made, and no longer once the password was right.
var (
	// Of one address against one account: what a person gets who has forgotten a password.
	loginPair = &throttle.Limit{Name: "login_address_identifier", Free: 5, Forgive: 15 * time.Minute}
	// Of all addresses against one account. One address alone, held to loginPair, never fills it.
	loginIdentifier = &throttle.Limit{Name: "login_identifier", Free: 20, Forgive: 15 * time.Minute}
	// Of one address against all accounts, those whose sessions it has included. An office may be behind it.
	loginAddress = &throttle.Limit{Name: "login_address", Free: 100, Forgive: time.Minute}

	// Of one session against its own account's password: whoever has the session only, and not the password.
	confirmSession = &throttle.Limit{Name: "current_password_session", Free: 5, Forgive: 15 * time.Minute}

	// E-mail addresses and usernames that one address asks for, at sign-up or for an account. The answer tells which are taken.
	claimAddress = &throttle.Limit{Name: "signup_address", Free: 50, Forgive: 5 * time.Minute}

	// Of one session. Each is a commit.
	refreshSession = &throttle.Limit{Name: "refresh_session", Free: 60, Forgive: time.Second}
	// Refused ones of one address. Nobody guesses a token, but some programs never stop asking.
	refreshAddress = &throttle.Limit{Name: "refresh_address", Free: 100, Forgive: time.Second}
	// Tokens of one address that are not active. A service may be behind it that asks for all its users.
	validateAddress = &throttle.Limit{Name: "validate_address", Free: 1000, Forgive: 10 * time.Millisecond}
)

// limits are all of them.
var limits = [...]*throttle.Limit{
	loginPair, loginIdentifier, loginAddress, confirmSession, claimAddress, refreshSession, refreshAddress, validateAddress,
}

// Limits are their names, for those who count refusals.
func Limits() []string {
	names := make([]string, len(limits))
	for i, limit := range limits {
		names[i] = limit.Name
	}
	return names
}

// byAddress is the bucket of the network that a request comes from.
func byAddress(ctx context.Context, limit *throttle.Limit) throttle.Bucket {
	return throttle.Bucket{Limit: limit, Key: throttle.Network(requestFrom(ctx).IPAddress)}
}

func bySession(limit *throttle.Limit, id uuid.UUID) throttle.Bucket {
	return throttle.Bucket{Limit: limit, Key: id.String()}
}

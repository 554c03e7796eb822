package cli

import (
	"context"
	"errors"
	"fmt"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/auth"
	"latchkey/internal/store"
)

type usersCommands struct {
	Update usersUpdate `cmd:"" help:"Change an account. Servers refuse its access tokens from the next request on."`
	Delete usersDelete `cmd:"" help:"Delete an account, and end its sessions."`
	Import usersImport `cmd:"" help:"Bring in accounts of another system. Running it again completes what was broken off."`
}

// withRules runs fn with what may be done with accounts.
func (h *host) withRules(ctx context.Context, fn func(*auth.Service) error) error {
	return h.withTables(ctx, func(db *store.DB) error {
		return fn(auth.New(auth.Config{
			DB:        db,
			Lifetimes: auth.Lifetimes{Access: h.config.AccessTTL, Grace: h.config.RefreshGrace}, // which say how long to block ids
			Now:       h.now,
		}))
	})
}

type usersUpdate struct {
	Who      string  `arg:"" help:"Id, e-mail address or username."`
	Role     *string `enum:"USER,ADMIN" help:"USER or ADMIN."`
	Disabled *bool   `negatable:"" help:"Whether to refuse the account, which ends its sessions."`
}

// Run changes an account.
func (u *usersUpdate) Run(ctx context.Context, h *host) error {
	change := auth.AccountChange{Role: (*user.Role)(u.Role), Disabled: u.Disabled}
	return h.withRules(ctx, func(rules *auth.Service) error {
		if change == (auth.AccountChange{}) {
			return errors.New("nothing to change: give --role, --disabled or --no-disabled")
		}
		found, err := find(ctx, rules, u.Who)
		if err != nil {
			return err
		}
		changed, err := rules.ChangeUser(ctx, found.ID, change)
		if err != nil {
			return err
		}
		state := "enabled"
		if changed.Disabled {
			state = "disabled"
		}
		_, err = fmt.Fprintf(h.stdout, "%s: %s, %s\n", changed.ID, changed.Role, state)
		return err
	})
}

type usersDelete struct {
	Who string `arg:"" help:"Id, e-mail address or username."`
}

// Run deletes an account.
func (u *usersDelete) Run(ctx context.Context, h *host) error {
	return h.withRules(ctx, func(rules *auth.Service) error {
		found, err := find(ctx, rules, u.Who)
		if err != nil {
			return err
		}
		if err := rules.RemoveUser(ctx, found.ID); err != nil {
			return err
		}
		_, err = fmt.Fprintf(h.stdout, "deleted %s\n", found.ID)
		return err
	})
}

func find(ctx context.Context, rules *auth.Service, who string) (*ent.User, error) {
	found, err := rules.FindUser(ctx, who)
	var refusal *auth.Error
	if errors.As(err, &refusal) {
		return nil, errors.New("there is no account with this id, e-mail address or username")
	}
	return found, err
}

package cli

import (
	"context"
	"errors"
	"fmt"

	"latchkey/ent/user"
	"latchkey/internal/auth"
)

type usersUpdate struct {
	Who      string  `arg:"" help:"Id, e-mail address or username."`
	Email    *string `help:"E-mail address."`
	Username *string `help:"Username."`
	Name     *string `help:"What the user is called."`
	Role     *string `enum:"USER,ADMIN" help:"USER or ADMIN."`
	Disabled *bool   `negatable:"" help:"Whether to refuse the account, which ends its sessions."`
	Password bool    `help:"Set a password and end all sessions. It is asked for, or is the first line of standard input."`
	JSON     bool    `name:"json" help:"Print JSON."`
}

// Run changes an account.
func (u *usersUpdate) Run(ctx context.Context, h *host) error {
	return h.withRules(ctx, func(rules *auth.Service) error {
		change := auth.AccountChange{
			Email: auth.ChangeText(u.Email), Username: auth.ChangeText(u.Username), Name: auth.ChangeText(u.Name),
			Role: (*user.Role)(u.Role), Disabled: u.Disabled,
		}
		if change == (auth.AccountChange{}) && !u.Password {
			return errors.New("nothing to change: `latchkey users update --help` lists what can be")
		}
		found, err := find(ctx, rules, u.Who)
		if err != nil {
			return err
		}
		if u.Password {
			chosen, err := h.newPassword(ctx)
			if err != nil {
				return err
			}
			change.Password = &chosen
		}
		changed, err := rules.ChangeUser(ctx, found.ID, change)
		if err != nil {
			return err
		}
		if u.JSON {
			return writeJSON(h.stdout, accountOf(changed))
		}
		_, err = fmt.Fprintf(h.stdout, "%s: %s, %s\n", changed.ID, changed.Role, state(changed))
		return err
	})
}

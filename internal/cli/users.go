package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/auth"
	"latchkey/internal/config"
	"latchkey/internal/store"
)

// usersCommands are the flags and arguments of `latchkey users`.
type usersCommands struct {
	Update struct {
		Who      string  `arg:"" help:"Id, e-mail address or username."`
		Role     *string `enum:"USER,ADMIN" help:"USER or ADMIN."`
		Disabled *bool   `negatable:"" help:"Whether to refuse the account, which ends its sessions."`
	} `cmd:"" help:"Change an account. Servers refuse its access tokens from the next request on."`
	Delete struct {
		Who string `arg:"" help:"Id, e-mail address or username."`
	} `cmd:"" help:"Delete an account, and end its sessions."`
}

func (u *usersCommands) run(ctx context.Context, command string, c config.Config, db *store.DB, stdout io.Writer, now func() time.Time) error {
	rules := auth.New(auth.Config{
		DB:        db,
		Lifetimes: auth.Lifetimes{Access: c.AccessTTL, Grace: c.RefreshGrace}, // which say how long to block ids
		Now:       now,
	})
	if command == "users delete <who>" {
		return usersDelete(ctx, rules, u.Delete.Who, stdout)
	}
	change := auth.AccountChange{Role: (*user.Role)(u.Update.Role), Disabled: u.Update.Disabled}
	if change == (auth.AccountChange{}) {
		return errors.New("nothing to change: give --role, --disabled or --no-disabled")
	}
	return usersUpdate(ctx, rules, u.Update.Who, change, stdout)
}

func usersUpdate(ctx context.Context, rules *auth.Service, who string, change auth.AccountChange, stdout io.Writer) error {
	found, err := find(ctx, rules, who)
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
	_, err = fmt.Fprintf(stdout, "%s: %s, %s\n", changed.ID, changed.Role, state)
	return err
}

func usersDelete(ctx context.Context, rules *auth.Service, who string, stdout io.Writer) error {
	found, err := find(ctx, rules, who)
	if err != nil {
		return err
	}
	if err := rules.RemoveUser(ctx, found.ID); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "deleted %s\n", found.ID)
	return err
}

func find(ctx context.Context, rules *auth.Service, who string) (*ent.User, error) {
	found, err := rules.FindUser(ctx, who)
	var refusal *auth.Error
	if errors.As(err, &refusal) {
		return nil, errors.New("there is no account with this id, e-mail address or username")
	}
	return found, err
}

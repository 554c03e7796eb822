package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/auth"
)

type usersDelete struct {
	Who []string `arg:"" help:"Ids, e-mail addresses or usernames."`
	Yes bool     `help:"Do not ask. Without a terminal nobody is asked."`
}

// Run deletes accounts: none unless all of them are there.
func (u *usersDelete) Run(ctx context.Context, h *host) error {
	return h.withRules(ctx, func(rules *auth.Service) error {
		accounts, err := findAll(ctx, rules, u.Who)
		if err != nil {
			return err
		}
		if err := u.confirm(ctx, h, accounts); err != nil {
			return err
		}
		for _, account := range accounts {
			if err := rules.RemoveUser(ctx, account.ID); err != nil {
				return fmt.Errorf("%s: %w", account.ID, explain(err))
			}
			if _, err := fmt.Fprintf(h.stdout, "deleted %s\n", account.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

func findAll(ctx context.Context, rules *auth.Service, names []string) ([]*ent.User, error) {
	var accounts []*ent.User
	seen := map[uuid.UUID]bool{} // by another name perhaps
	for _, who := range names {
		found, err := find(ctx, rules, who)
		if err != nil && len(names) > 1 {
			err = fmt.Errorf("%s: %w", shown(who), err)
		}
		if err != nil {
			return nil, err
		}
		if !seen[found.ID] {
			accounts = append(accounts, found)
		}
		seen[found.ID] = true
	}
	return accounts, nil
}

func (u *usersDelete) confirm(ctx context.Context, h *host, accounts []*ent.User) error {
	if _, person := h.terminal(); !person || u.Yes {
		return nil
	}
	names := make([]string, len(accounts))
	for i, account := range accounts {
		names[i] = cell(account.Email)
		if account.Email == nil {
			names[i] = cell(account.Username)
		}
	}
	fmt.Fprintf(h.stderr, "Delete %s? [y/N] ", strings.Join(names, ", ")) //nolint:errcheck // who can't read it does not say yes
	answer, err := unlessDone(ctx, func() (string, error) { return readLine(h.stdin) })
	if err != nil {
		return err
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return errors.New("nothing was deleted")
	}
	return nil
}

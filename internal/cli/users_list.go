package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/auth"
)

// userFilter are the flags of commands that pick accounts.
type userFilter struct {
	Text          string     `placeholder:"PREFIX" help:"How the e-mail address or the username begins."`
	Role          *string    `enum:"USER,ADMIN" help:"USER or ADMIN."`
	Disabled      *bool      `negatable:"" help:"Whether the account is disabled."`
	CreatedAfter  *time.Time `placeholder:"TIME" help:"As in 2026-01-31T00:00:00Z."`
	CreatedBefore *time.Time `placeholder:"TIME" help:"As in 2026-01-31T00:00:00Z."`
}

// each calls fn for the accounts, of which there are more than the limit or not; 0 is no limit.
func (f *userFilter) each(ctx context.Context, rules *auth.Service, limit int, fn func(*ent.User) error) (more bool, err error) {
	count := 0
	for account, err := range rules.EachUser(ctx, &auth.UserFilter{
		Text: &f.Text, Role: (*user.Role)(f.Role), Disabled: f.Disabled, CreatedAfter: f.CreatedAfter, CreatedBefore: f.CreatedBefore,
	}) {
		if err == nil && limit > 0 && count == limit {
			return true, nil
		}
		if err == nil {
			err = fn(account)
		}
		if err != nil {
			return false, err
		}
		count++
	}
	return false, nil
}

const (
	listLimit = 100  // for people: more would run off the screen
	tableRows = 1000 // kept in memory to align them
)

type usersList struct {
	userFilter `embed:""`

	Limit *int `placeholder:"N" help:"List N at most. 100 by default; with --json all."`
	JSON  bool `name:"json" help:"Print one JSON object a line."`
}

// Validate is called by kong.
func (u *usersList) Validate() error {
	if u.Limit != nil && *u.Limit < 1 {
		return errors.New("--limit is at least 1")
	}
	return nil
}

// Run lists accounts.
func (u *usersList) Run(ctx context.Context, h *host) error {
	return h.withRules(ctx, func(rules *auth.Service) error {
		if u.JSON {
			return buffered(h.stdout, func(out io.Writer) error {
				_, err := u.each(ctx, rules, value(u.Limit, 0), func(a *ent.User) error { return writeJSON(out, accountOf(a)) })
				return err
			})
		}
		more, err := u.table(ctx, rules, h.stdout)
		if more && err == nil {
			fmt.Fprintln(h.stderr, "there are more: see --limit, --text and the other filters") //nolint:errcheck // the list is complete as it is
		}
		return err
	})
}

func (u *usersList) table(ctx context.Context, rules *auth.Service, stdout io.Writer) (more bool, err error) {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	row := func(cells ...any) { fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", cells...) } //nolint:errcheck // Flush tells
	row("ID", "EMAIL", "USERNAME", "NAME", "ROLE", "STATE", "CREATED")
	rows := 0
	more, err = u.each(ctx, rules, value(u.Limit, listLimit), func(a *ent.User) error {
		row(a.ID, cell(a.Email), cell(a.Username), cell(a.Name), a.Role, state(a), stamp(a.CreatedAt))
		if rows++; rows%tableRows == 0 {
			return table.Flush()
		}
		return nil
	})
	return more, errors.Join(err, table.Flush())
}

func value(flag *int, otherwise int) int {
	if flag == nil {
		return otherwise
	}
	return *flag
}

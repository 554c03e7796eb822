package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"latchkey/ent"
	"latchkey/internal/auth"
)

type usersShow struct {
	Who  string `arg:"" help:"Id, e-mail address or username."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run shows an account and its sessions.
func (u *usersShow) Run(ctx context.Context, h *host) error {
	return h.withRules(ctx, func(rules *auth.Service) error {
		found, err := find(ctx, rules, u.Who)
		if err != nil {
			return err
		}
		sessions, err := rules.UserSessions(ctx, found.ID)
		if err != nil {
			return err
		}
		return showUser(h.stdout, u.JSON, found, sessions)
	})
}

func showUser(stdout io.Writer, asJSON bool, a *ent.User, sessions []*ent.Session) error {
	if asJSON {
		return writeJSON(stdout, struct {
			account
			Sessions []session `json:"sessions"`
		}{accountOf(a), sessionsOf(sessions)})
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "ID\t%s\nEMAIL\t%s\nUSERNAME\t%s\nNAME\t%s\nROLE\t%s\nSTATE\t%s\nCREATED\t%s\nUPDATED\t%s\n", //nolint:errcheck // Flush tells
		a.ID, cell(a.Email), cell(a.Username), cell(a.Name), a.Role, state(a), stamp(a.CreatedAt), stamp(a.UpdatedAt))
	err := table.Flush()
	if len(sessions) == 0 {
		return err
	}
	fmt.Fprintln(table, "\nSESSION\tUSER AGENT\tADDRESS\tCREATED\tLAST USED\tEXPIRES") //nolint:errcheck // Flush tells
	for _, s := range sessions {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", //nolint:errcheck // Flush tells
			s.ID, cell(s.UserAgent), cell(s.IPAddress), stamp(s.CreatedAt), stamp(s.LastUsedAt), stamp(s.ExpiresAt))
	}
	return errors.Join(err, table.Flush())
}

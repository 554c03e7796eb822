package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/auth"
)

type usersExport struct {
	File       string `arg:"" optional:"" default:"-" help:"A file that is not there yet, made readable for its owner only; - for standard output."`
	WithHashes bool   `help:"Also the hashes of the passwords, into a file."`

	userFilter `embed:""`
}

// Validate is called by kong.
func (u *usersExport) Validate() error {
	if u.File == "" {
		return errors.New("the file has no name")
	}
	if u.WithHashes && u.File == "-" {
		return errors.New("--with-hashes takes a file: whoever has the hashes can guess at the passwords")
	}
	return nil
}

// exported is what the import takes.
type exported struct {
	Email        *string   `json:"email,omitempty"`
	Username     *string   `json:"username,omitempty"`
	Name         *string   `json:"name,omitempty"`
	Role         user.Role `json:"role"`
	Disabled     bool      `json:"disabled"`
	CreatedAt    moment    `json:"createdAt"`
	PasswordHash string    `json:"passwordHash,omitempty"`
}

// Run exports accounts.
func (u *usersExport) Run(ctx context.Context, h *host) error {
	return h.withRules(ctx, func(rules *auth.Service) error {
		if u.File == "-" {
			return buffered(h.stdout, func(out io.Writer) error {
				_, err := u.write(ctx, rules, out)
				return err
			})
		}
		count := 0
		err := createFile(u.File, func(out io.Writer) (err error) {
			count, err = u.write(ctx, rules, out)
			return err
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(h.stdout, "exported %d to %s\n", count, u.File)
		return err
	})
}

func (u *usersExport) write(ctx context.Context, rules *auth.Service, out io.Writer) (count int, err error) {
	_, err = u.each(ctx, rules, 0, func(a *ent.User) error {
		line := exported{
			Email: a.Email, Username: a.Username, Name: a.Name, Role: a.Role, Disabled: a.Disabled, CreatedAt: moment(a.CreatedAt),
		}
		if u.WithHashes {
			line.PasswordHash = a.PasswordHash
		}
		count++
		return writeJSON(out, line)
	})
	return count, err
}

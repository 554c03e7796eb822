package cli

import (
	"context"

	"latchkey/ent/user"
	"latchkey/internal/auth"
)

type usersCreate struct {
	Email    *string `help:"E-mail address. This or a username is needed."`
	Username *string `help:"Username: 3 to 32 of the letters a to z, digits, '.', '_' and '-'."`
	Name     *string `help:"What the user is called."`
	Role     string  `enum:"USER,ADMIN" default:"USER" help:"USER or ADMIN."`
	Disabled bool    `help:"Refuse the account until it is enabled."`
	JSON     bool    `name:"json" help:"Print JSON."`
}

// Run makes an account.
func (u *usersCreate) Run(ctx context.Context, h *host) error {
	return h.withRules(ctx, func(rules *auth.Service) error {
		chosen, err := h.newPassword(ctx)
		if err != nil {
			return err
		}
		created, err := rules.CreateUser(ctx, auth.NewUser{
			Email: u.Email, Username: u.Username, Name: u.Name, Password: chosen, Role: user.Role(u.Role), Disabled: u.Disabled,
		})
		if err != nil {
			return err
		}
		return showUser(h.stdout, u.JSON, created, nil)
	})
}

package auth

import (
	"context"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/audit"
)

// accountChange is what is really to be changed about an account, checked.
type accountChange struct {
	name, email, username text
	role                  *user.Role // nil to keep it, as the others
	disabled              *bool
	password              *string
	hash                  string // of password, once that has been hashed; or what an import brings
	currentPassword       string
	byImport              bool // which may come again, until someone else changes the account
}

// sensitive tells whether it changes what the account is logged in with.
func (a *accountChange) sensitive() bool {
	return a.email.IsSet() || a.username.IsSet() || a.password != nil || a.hash != ""
}

// administers tells whether it changes what only an administrator may.
func (a *accountChange) administers() bool { return a.role != nil || a.disabled != nil }

func (a *accountChange) nothing() bool { return !a.name.IsSet() && !a.sensitive() && !a.administers() }

// after returns what stored will be called.
func (a *accountChange) after(stored *ent.User) account {
	return account{
		email:    after(a.email, stored.Email),
		username: after(a.username, stored.Username),
		name:     after(a.name, stored.Name),
	}
}

// checkIdentifiers checks that one will be left of the two that stored has.
func (a *accountChange) checkIdentifiers(c *checker, stored *ent.User) {
	switch wanted := a.after(stored); {
	case wanted.email != nil || wanted.username != nil:
	case a.email.IsSet():
		c.noIdentifier("input.email")
	default:
		c.noIdentifier("input.username")
	}
}

// apply changes current, whose row is locked. Another role makes its access tokens invalid, but leaves the sessions: a refresh
// brings tokens with the new role. Disabling and a new password end the sessions.
func (s *Service) apply(ctx context.Context, tx *ent.Tx, current *ent.User, wanted *accountChange) (*ent.User, error) {
	c := checker{}
	wanted.checkIdentifiers(&c, current)
	if err := c.err(); err != nil {
		return nil, err
	}
	newRole := wanted.role != nil && *wanted.role != current.Role
	newState := wanted.disabled != nil && *wanted.disabled != current.Disabled
	if !newRole && !newState && !wanted.name.IsSet() && !wanted.sensitive() {
		return current, nil
	}
	update := current.Update().SetUpdatedAt(s.now())
	m := update.Mutation()
	set(wanted.name, m.SetName, m.ClearName)
	set(wanted.email, m.SetEmail, m.ClearEmail)
	set(wanted.username, m.SetUsername, m.ClearUsername)
	if newRole {
		update.SetRole(*wanted.role)
	}
	if newState {
		update.SetDisabled(*wanted.disabled)
	}
	if wanted.hash != "" {
		update.SetPasswordHash(wanted.hash)
	}
	if newRole || newState || wanted.hash != "" {
		update.AddCredentialVersion(1)
	}
	if isFresh(current) && !wanted.byImport {
		update.SetImported(user.ImportedUSED)
	}
	changed, err := update.Save(ctx)
	if !wanted.byImport { // which is one event altogether
		s.recordChange(ctx, tx, current, wanted)
	}
	if err == nil && (changed.Disabled || wanted.hash != "") {
		why := audit.PasswordChanged
		if changed.Disabled {
			why = audit.Disabled
		}
		_, err = s.endSessions(ctx, tx, why, session.UserID(current.ID))
	}
	if err == nil && (newRole || newState) {
		err = keepAdministrator(ctx, tx, current)
	}
	return changed, err
}

func after(wanted text, stored *string) *string {
	if value, given := wanted.ValueOK(); given {
		return value
	}
	return stored
}

func set(wanted text, put func(string), remove func()) {
	value, given := wanted.ValueOK()
	switch {
	case !given:
	case value == nil:
		remove()
	default:
		put(*value)
	}
}

package auth

import (
	"context"
	"errors"
	"slices"
	"sync"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/store"
)

// Write puts candidates into the database, as if one after another, and sets their outcomes. It does so in transactions: after
// an error, those that are still Pending have not been written. A few hundred at once are best: more would hold up a server
// that uses the same SQLite file.
func (i *Import) Write(ctx context.Context, candidates []*Candidate) error {
	for rest := pending(candidates); len(rest) > 0; {
		n := distinct(rest)
		if err := i.writeDistinct(ctx, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

func pending(candidates []*Candidate) []*Candidate {
	var left []*Candidate
	for _, c := range candidates {
		if c.Outcome == Pending {
			left = append(left, c)
		}
	}
	return left
}

// distinct counts how many of the first ones have no e-mail address or username in common.
func distinct(candidates []*Candidate) int {
	seen := make(map[string]bool, 2*len(candidates)) // no username is an e-mail address
	for n, c := range candidates {
		for _, identifier := range []*string{c.account.email, c.account.username} {
			if identifier == nil {
				continue
			}
			if seen[*identifier] {
				return n
			}
			seen[*identifier] = true
		}
	}
	return len(candidates)
}

// writeDistinct tries all at once, and what can't be done so one by one: so nobody is refused for another one's sake.
func (i *Import) writeDistinct(ctx context.Context, rows []*Candidate) error {
	for left := rows; len(left) > 0; {
		err := i.try(ctx, left)
		if err != nil && !concernsOne(err) {
			return err
		}
		before := len(left)
		if left = pending(left); err == nil && len(left) < before {
			continue
		}
		for _, row := range left {
			if err := i.writeOne(ctx, row); err != nil {
				return err
			}
		}
		return nil
	}
	return nil
}

// importAttempts is how often an account is looked up again that someone else changes, or takes, at the same time.
const importAttempts = 3

func (i *Import) writeOne(ctx context.Context, row *Candidate) error {
	var err error
	for range importAttempts {
		if err = i.try(ctx, []*Candidate{row}); err == nil || !concernsOne(err) {
			return err
		}
	}
	var refusal *Error
	if errors.Is(err, errChangedMeanwhile) {
		refusal = &Error{Code: BadUserInput, Message: "The account is being changed by someone else. Import it again."}
	} else if !errors.As(taken(err), &refusal) {
		return err
	}
	row.refuse(refusal)
	return nil
}

// concernsOne tells whether an error is about one of several rows, which are then better written one by one.
func concernsOne(err error) bool {
	var refusal *Error
	return errors.As(err, &refusal) || errors.Is(err, errChangedMeanwhile) || store.TakenColumn(err) != ""
}

// try writes rows that have nothing in common. A second one that turns out to be the same account stays pending.
func (i *Import) try(ctx context.Context, rows []*Candidate) error {
	found, err := i.find(ctx, rows)
	if err != nil {
		return err
	}
	var added []*Candidate
	var changed []*importChange
	touched := map[*ent.User]bool{}
	for _, row := range rows {
		byEmail, byUsername := found.of(row)
		stored := byEmail
		if stored == nil {
			stored = byUsername
		}
		switch {
		case stored == nil:
			added = append(added, row)
		case touched[stored] || touched[byUsername]:
		case byUsername != nil && byUsername != stored:
			row.refuse(&Error{Code: EmailTaken, Message: "The e-mail address is one account's, and the username another one's.", Field: "email"})
		case !i.update:
			row.Outcome = Left
		default:
			touched[stored] = true
			if changed, err = i.plan(changed, row, stored); err != nil {
				return err
			}
		}
	}
	if err := i.hash(ctx, added, changed); err != nil {
		return err
	}
	// What has begun is ended, also when the import is told to stop: it takes a moment, and what became of it is known then.
	ctx = context.WithoutCancel(ctx)
	if err := i.add(ctx, added); err != nil {
		return err
	}
	return i.change(ctx, changed)
}

// present are the accounts that are there already.
type present struct{ byEmail, byUsername map[string]*ent.User }

func (p present) of(c *Candidate) (byEmail, byUsername *ent.User) {
	if c.account.email != nil {
		byEmail = p.byEmail[*c.account.email]
	}
	if c.account.username != nil {
		byUsername = p.byUsername[*c.account.username]
	}
	return byEmail, byUsername
}

// find looks accounts up. One that has both identifiers is the same pointer twice.
func (i *Import) find(ctx context.Context, rows []*Candidate) (present, error) {
	var emails, usernames []string
	for _, row := range rows {
		if row.account.email != nil {
			emails = append(emails, *row.account.email)
		}
		if row.account.username != nil {
			usernames = append(usernames, *row.account.username)
		}
	}
	found := map[string]*ent.User{}
	p := present{byEmail: map[string]*ent.User{}, byUsername: map[string]*ent.User{}}
	collect := func(users []*ent.User, err error) error {
		for _, u := range users {
			if first := found[u.ID.String()]; first != nil {
				u = first
			}
			found[u.ID.String()] = u
			if u.Email != nil {
				p.byEmail[*u.Email] = u
			}
			if u.Username != nil {
				p.byUsername[*u.Username] = u
			}
		}
		return err
	}
	// Where rows are written: with SQLite, that connection has their pages in its cache, and will need them.
	return p, i.rules.db.Tx(ctx, func(tx *ent.Tx) error {
		if len(emails) > 0 {
			if err := collect(tx.User.Query().Where(user.EmailIn(emails...)).All(ctx)); err != nil {
				return err
			}
		}
		if len(usernames) == 0 {
			return nil
		}
		return collect(tx.User.Query().Where(user.UsernameIn(usernames...)).All(ctx))
	})
}

// hash hashes the passwords that are needed, on all processors, before anything is written.
func (i *Import) hash(ctx context.Context, added []*Candidate, changed []*importChange) error {
	if i.dryRun {
		return nil
	}
	rows := slices.Clone(added)
	for _, c := range changed {
		if c.wanted.password != nil {
			rows = append(rows, c.row)
		}
	}
	var wait sync.WaitGroup
	errs := make([]error, len(rows))
	for n, row := range rows {
		if row.password != nil && row.hash == "" {
			wait.Go(func() { row.hash, errs[n] = i.rules.passwords.Hash(ctx, *row.password) })
		}
	}
	wait.Wait()
	for _, c := range changed {
		if c.wanted.password != nil {
			c.wanted.hash = c.row.hash
		}
	}
	return errors.Join(errs...)
}

package auth

import (
	"context"
	"errors"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"latchkey/ent"
	"latchkey/internal/store"
)

// Write puts candidates into the database, as if one after another, and sets their outcomes. It does so in transactions: after
// an error, those that are still Pending have not been written. A few hundred at once are best: more would hold up a server
// that uses the same SQLite file.
//
// It tries all at once, and what can't be done so one by one: so nobody is refused for another one's sake.
func (i *Import) Write(ctx context.Context, candidates []*Candidate) error {
	for left := pending(candidates); len(left) > 0; {
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

func pending(candidates []*Candidate) []*Candidate {
	var left []*Candidate
	for _, c := range candidates {
		if c.Outcome == Pending {
			left = append(left, c)
		}
	}
	return left
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

// try writes rows, of which no two have an identifier in common. A second one that turns out to be the same account stays pending.
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
		default:
			touched[stored] = true
			if refusal := i.notTheSame(row, stored, byUsername); refusal != nil {
				row.refuse(refusal)
				continue
			}
			row.Used = !isFresh(stored)
			if !i.update || row.Used {
				row.Outcome = Left
			} else if changed, err = i.plan(changed, row, stored); err != nil {
				return err
			}
		}
	}
	if changed, err = i.hash(ctx, added, changed); err != nil {
		return err
	}
	// What has begun is ended, also when the import is told to stop: it takes a moment, and what became of it is known then.
	ctx = context.WithoutCancel(ctx)
	if err := i.add(ctx, added); err != nil {
		return err
	}
	return i.change(ctx, changed)
}

// hash hashes the passwords in clear that are needed, on all processors, before anything is written, and returns the changes that
// remain: a password that is there already is none.
func (i *Import) hash(ctx context.Context, added []*Candidate, changed []*importChange) ([]*importChange, error) {
	i.alone.Lock()
	defer i.alone.Unlock()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0)) // so that none has to wait for its turn
	for _, row := range added {
		if row.password != nil && row.hash == "" && !i.dryRun {
			group.Go(func() (err error) {
				row.hash, err = i.rules.passwords.Hash(ctx, *row.password)
				return err
			})
		}
	}
	for _, c := range changed {
		if c.wanted.password != nil {
			group.Go(func() error { return i.hashChange(ctx, c) })
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(changed, func(c *importChange) bool {
		if c.wanted.nothing() {
			c.row.Outcome = Left
		}
		return c.wanted.nothing()
	}), nil
}

func (i *Import) hashChange(ctx context.Context, c *importChange) error {
	same, err := i.rules.passwords.Verify(ctx, c.stored.PasswordHash, *c.wanted.password)
	switch {
	case err != nil:
	case same:
		c.wanted.password = nil
	case !i.dryRun:
		c.wanted.hash, err = i.rules.passwords.Hash(ctx, *c.wanted.password)
	}
	return err
}

package auth

import (
	"context"
	"encoding/binary"
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/user"
)

// add makes the accounts, all or none.
func (i *Import) add(ctx context.Context, rows []*Candidate) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(rows))
	for n, row := range rows {
		var err error
		if ids[n], err = i.rules.idOf(row.createdAt); err != nil {
			return err
		}
	}
	var err error
	if !i.dryRun {
		err = i.rules.db.Tx(ctx, func(tx *ent.Tx) error {
			creations := make([]*ent.UserCreate, len(rows))
			for n, row := range rows {
				creations[n] = i.rules.creation(tx, ids[n], row.account, row.hash)
			}
			return tx.User.CreateBulk(creations...).Exec(ctx)
		})
	}
	if err != nil {
		return err
	}
	for _, row := range rows {
		row.Outcome = Added
	}
	return i.rules.db.Yield(ctx)
}

// idOf makes the id of an account that was created at this time, nil for now. The generator moves on to the next millisecond when
// it has made some thousands for one, which would move createdAt; the other 73 bits are random enough for all of them.
func (s *Service) idOf(at *time.Time) (uuid.UUID, error) {
	if at == nil {
		return s.ids.NewV7()
	}
	id, err := s.ids.NewV7AtTime(*at)
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli())) // not before 1970
	copy(id[:6], ms[2:])
	return id, err
}

// importChange is what a record changes about an account.
type importChange struct {
	row    *Candidate
	stored *ent.User
	wanted *accountChange
}

// plan adds what row changes about stored, which nobody has used here yet, to changes.
func (i *Import) plan(changes []*importChange, row *Candidate, stored *ent.User) ([]*importChange, error) {
	c := checker{}
	a := row.account
	wanted := c.profile(ChangeText(a.name), ChangeText(a.email), ChangeText(a.username), stored)
	wanted.byImport = true
	if err := c.err(); err != nil {
		return nil, err
	}
	if row.role != nil && *row.role != stored.Role {
		wanted.role = row.role
	}
	if row.disabled != nil && *row.disabled != stored.Disabled {
		wanted.disabled = row.disabled
	}
	if row.password != nil || row.hash != stored.PasswordHash {
		wanted.password, wanted.hash = row.password, row.hash
	}
	if wanted.nothing() {
		row.Outcome = Left
		return changes, nil
	}
	return append(changes, &importChange{row: row, stored: stored, wanted: wanted}), nil
}

// changesAtOnce bounds a transaction: each account takes several statements, which a server on the same SQLite file waits for.
const changesAtOnce = 100

func (i *Import) change(ctx context.Context, changes []*importChange) error {
	for some := range slices.Chunk(changes, changesAtOnce) {
		err := i.rules.db.Tx(ctx, func(tx *ent.Tx) error {
			if err := i.applyAll(ctx, tx, some); err != nil || !i.dryRun {
				return err
			}
			return errDryRun
		})
		if err != nil && !errors.Is(err, errDryRun) {
			return err
		}
		for _, c := range some {
			c.row.Outcome = Updated
		}
		if err := i.rules.db.Yield(ctx); err != nil {
			return err
		}
	}
	return nil
}

var (
	// errDryRun takes back what was only tried.
	errDryRun = errors.New("dry run")
	// errChangedMeanwhile means that an account is not any more as it was when it was looked up.
	errChangedMeanwhile = errors.New("the account has changed meanwhile")
)

func (i *Import) applyAll(ctx context.Context, tx *ent.Tx, changes []*importChange) error {
	ids := make([]uuid.UUID, len(changes))
	administers := false
	for n, c := range changes {
		ids[n] = c.stored.ID
		administers = administers || c.wanted.administers()
	}
	if administers {
		if err := lockAdministrators(ctx, tx); err != nil {
			return err
		}
	}
	if err := tx.User.Update().Where(user.IDIn(ids...)).AddLockVersion(1).Exec(ctx); err != nil { // as lockRow does
		return err
	}
	rows, err := tx.User.Query().Where(user.IDIn(ids...)).All(ctx)
	if err != nil {
		return err
	}
	current := make(map[uuid.UUID]*ent.User, len(rows))
	for _, row := range rows {
		current[row.ID] = row
	}
	for _, c := range changes {
		now := current[c.stored.ID]
		if now == nil || !sameAccount(now, c.stored) {
			return errChangedMeanwhile
		}
		if _, err := i.rules.apply(ctx, tx, now, c.wanted); err != nil {
			return err
		}
	}
	return nil
}

// sameAccount tells whether an account is as it was, in all that an import looks at.
func sameAccount(a, b *ent.User) bool {
	return reflect.DeepEqual(
		[]any{a.Email, a.Username, a.Name, a.Role, a.Disabled, a.PasswordHash, a.Imported},
		[]any{b.Email, b.Username, b.Name, b.Role, b.Disabled, b.PasswordHash, b.Imported})
}

package keys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"latchkey/ent"
	"latchkey/ent/keyrecord"
	"latchkey/internal/store"
	"latchkey/internal/token"
)

// ErrFile means that Remove took a key out of use and could not remove its file, which is ignored from now on.
var ErrFile = errors.New("the key is out of use, but its file is still there")

// Remove takes a key out of use and removes its file, if there is one. Unless atOnce, it refuses to remove a signing key while
// tokens of it may be alive, or the key of the refresh tokens. That one it replaces by a new one: there is always one. The
// signing key whose turn it is can't be removed.
func Remove(ctx context.Context, c Config, id string, atOnce bool) error {
	if id == RefreshID {
		return replaceRefresh(ctx, c, atOnce)
	}
	err := c.inLockedTx(ctx, func(tx *ent.Tx, r records) error {
		if err := c.removable(r, id, atOnce); err != nil {
			return err
		}
		return tx.KeyRecord.DeleteOneID(id).Exec(ctx)
	})
	if err != nil {
		return err
	}
	return removeFile(c, id)
}

// removable says why a signing key can't be removed; nil if it can.
func (c Config) removable(r records, id string, atOnce bool) error {
	for i, record := range r.signing {
		if record.ID != id {
			continue
		}
		now := c.now()
		until, ends := c.until(r, i)
		switch {
		case i == r.signer(now):
			return fmt.Errorf("%s signs: run `latchkey keys rotate --now` first", id)
		case !atOnce && ends && now.Before(until):
			return fmt.Errorf("tokens of %s may live until %s: wait, or add --now to refuse them from now on", id, stamp(until))
		}
		return nil
	}
	return fmt.Errorf("no key %s is recorded in this database", id)
}

// until is when the last token of the i-th signing key has expired, if it has ever signed and another one has taken over.
func (c Config) until(r records, i int) (until time.Time, ends bool) {
	if i >= r.signer(c.now()) {
		return time.Time{}, false
	}
	return r.signing[i+1].SignsAt.Add(c.outlive()), true
}

func replaceRefresh(ctx context.Context, c Config, atOnce bool) error {
	if !atOnce {
		return errors.New("without that key every refresh token is refused: who is logged in has to log in again once the access" +
			" token has expired. Add --now to replace it by a new one at once")
	}
	key := token.NewRefreshKey()
	if err := directory(c.Dir).write(refreshFile(key.Fingerprint()), key.PEM()); err != nil {
		return err
	}
	old := ""
	err := c.inLockedTx(ctx, func(tx *ent.Tx, r records) error {
		now := c.now()
		if r.refresh == nil {
			return create(tx, RefreshID, key.Fingerprint(), now, now).Exec(ctx)
		}
		old = r.refresh.Fingerprint
		return tx.KeyRecord.Update().Where(keyrecord.ID(RefreshID)).
			SetFingerprint(key.Fingerprint()).SetCreatedAt(now).SetSignsAt(now).Exec(ctx)
	})
	if err != nil && !errors.Is(err, store.ErrOutcomeUnknown) { // then the key may be in use
		err = errors.Join(err, directory(c.Dir).remove(key.Fingerprint()))
	}
	if err != nil {
		return err
	}
	return removeFile(c, old)
}

func removeFile(c Config, fingerprint string) error {
	if err := directory(c.Dir).remove(fingerprint); err != nil {
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	return nil
}

package keys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"

	"latchkey/ent"
	"latchkey/internal/token"
)

// first makes the keys that the directory lacks and records all that are there. When several servers do this at once, one
// records its keys; to the others nothing is left to do, whether these are their keys too or not.
func (c Config) first(ctx context.Context, log *slog.Logger) error {
	dir := directory(c.Dir)
	found := dir.read()
	if found.broken != nil {
		return found.broken
	}
	if len(found.signing) == 0 {
		key, err := c.newSigning(firstSigning)
		if err != nil && !errors.Is(err, fs.ErrExist) { // of another server on this directory
			return err
		}
		if err == nil {
			log.Info("made a signing key: back it up, apart from the database", "directory", c.Dir, "kid", key.ID)
		}
	}
	if len(found.refresh) == 0 {
		err := dir.write(firstRefresh, token.NewRefreshKey().PEM())
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err == nil {
			log.Info("made the key of the refresh tokens: back it up, apart from the database", "directory", c.Dir)
		}
	}
	found = dir.read()
	switch {
	case found.broken != nil:
		return found.broken
	case len(found.signing) == 0:
		return fmt.Errorf("%s/%s holds no signing key", c.Dir, firstSigning)
	case len(found.refresh) != 1:
		return fmt.Errorf("%s holds %d keys for refresh tokens, and none is recorded: leave one", c.Dir, len(found.refresh))
	}
	err := c.record(ctx, found)
	if ent.IsConstraintError(err) {
		return nil
	}
	return err
}

// newSigning makes a signing key, and the file for it.
func (c Config) newSigning(name string) (*token.Key, error) {
	key, err := token.NewKey(c.Algorithm)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = signingFile(key.ID)
	}
	text, err := key.PEM()
	if err != nil {
		return nil, err
	}
	return key, directory(c.Dir).write(name, text)
}

func (c Config) record(ctx context.Context, found contents) error {
	return c.DB.Tx(ctx, func(tx *ent.Tx) error {
		now := c.now()
		for fingerprint := range found.refresh { // first, and the same id for everyone: only one gets past it
			if err := create(tx, RefreshID, fingerprint, now, now).Exec(ctx); err != nil {
				return err
			}
		}
		for _, id := range slices.Sorted(maps.Keys(found.signing)) {
			if err := create(tx, id, id, now, now).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

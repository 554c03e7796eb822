package server

import (
	"context"
	"fmt"

	"latchkey/internal/config"
	"latchkey/internal/keys"
	"latchkey/internal/store"
)

// openKeys returns the keys of the database. Where migrations may be pending, they may still have to be found.
func openKeys(ctx context.Context, c config.Config, db *store.DB, host Host) (*keys.Ring, error) {
	ring, err := keys.Open(ctx, keys.Config{
		DB: db, Dir: c.KeysDir, Algorithm: c.JWTAlg, AccessTTL: c.AccessTTL, Now: host.Now,
	}, host.Log)
	if err != nil && !c.AutoMigrate && store.Unavailable(err) {
		return ring, nil
	}
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	if all := ring.Public(); all[len(all)-1].Algorithm != c.JWTAlg {
		host.Log.Warn("the signing key is for another algorithm than LATCHKEY_JWT_ALG: run `latchkey keys rotate`",
			"configured", c.JWTAlg, "newest", all[len(all)-1].Algorithm)
	}
	return ring, nil
}

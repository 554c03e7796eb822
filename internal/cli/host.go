package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"latchkey/internal/audit"
	"latchkey/internal/config"
	"latchkey/internal/store"
)

// host is what a command works with: the settings, and the world outside.
type host struct {
	config         config.Config
	stdin          io.Reader
	stdout, stderr io.Writer
	serve          Serve
	schema         string
	now            func() time.Time
}

// audit records what a command changes, on stderr as a server would. Nobody keeps what goes to a terminal, and who looks on has just
// been told.
func (h *host) audit() *audit.Log {
	if isTerminal(h.stderr) {
		return nil
	}
	return audit.New(newLogger(h.config, h.stderr, isTerminal(h.stderr)), nil)
}

// withNewDB runs fn with the database. An SQLite file that does not exist is made.
func (h *host) withNewDB(ctx context.Context, fn func(*store.DB) error) error {
	address, err := store.ParseURL(h.config.DatabaseURL)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, address)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	err = fn(db)
	if store.Unavailable(err) {
		err = fmt.Errorf("database: %w", err)
	}
	return errors.Join(err, db.Close())
}

// withDB runs fn with the database, which has to be there.
func (h *host) withDB(ctx context.Context, fn func(*store.DB) error) error {
	address, err := store.ParseURL(h.config.DatabaseURL)
	if err == nil {
		err = address.Exists()
	}
	if err != nil {
		return err
	}
	return h.withNewDB(ctx, fn)
}

// withTables runs fn with the database, which has to have all its tables.
func (h *host) withTables(ctx context.Context, fn func(*store.DB) error) error {
	return h.withDB(ctx, func(db *store.DB) error {
		done, err := db.Migrated(ctx)
		if err == nil && !done {
			err = errors.New("migrations are pending: run `latchkey migrate up` first")
		}
		if err != nil {
			return err
		}
		return fn(db)
	})
}

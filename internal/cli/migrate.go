package cli

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"latchkey/internal/store"
)

type migrateCommands struct {
	Up     migrateUp     `cmd:"" help:"Apply all pending migrations."`
	Down   migrateDown   `cmd:"" help:"Take back the last migration. What it added is lost: back up first."`
	Status migrateStatus `cmd:"" help:"List the migrations."`
}

type migrateUp struct{}

// Run applies all pending migrations.
func (migrateUp) Run(ctx context.Context, h *host) error {
	return h.withNewDB(ctx, func(db *store.DB) error {
		applied, err := db.MigrateUp(ctx)
		for _, migration := range applied {
			fmt.Fprintln(h.stdout, "applied", migration.Name) //nolint:errcheck // the migration counts, not the line
		}
		if err == nil && len(applied) == 0 {
			_, err = fmt.Fprintln(h.stdout, "nothing to do")
		}
		return err
	})
}

type migrateDown struct{}

// Run takes back the last migration.
func (migrateDown) Run(ctx context.Context, h *host) error {
	return h.withDB(ctx, func(db *store.DB) error {
		undone, err := db.MigrateDown(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(h.stdout, "took back", undone.Name)
		return err
	})
}

type migrateStatus struct{}

// Run lists the migrations.
func (migrateStatus) Run(ctx context.Context, h *host) error {
	return h.withDB(ctx, func(db *store.DB) error {
		all, err := db.Migrations(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(h.stdout, 0, 0, 2, ' ', 0)
		for _, migration := range all {
			state := "pending"
			if !migration.AppliedAt.IsZero() {
				state = "applied " + migration.AppliedAt.Format(time.RFC3339)
			}
			if migration.Newer {
				state += " by a newer latchkey"
			}
			fmt.Fprintf(table, "%s\t%s\n", migration.Name, state) //nolint:errcheck // Flush tells
		}
		return table.Flush()
	})
}

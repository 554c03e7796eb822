package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"latchkey/internal/store"
)

// migrated fails if the commands that need all tables can't run.
func migrated(ctx context.Context, db *store.DB) error {
	done, err := db.Migrated(ctx)
	if err == nil && !done {
		err = errors.New("migrations are pending: run `latchkey migrate up` first")
	}
	return err
}

func migrateUp(ctx context.Context, db *store.DB, stdout io.Writer) error {
	applied, err := db.MigrateUp(ctx)
	for _, migration := range applied {
		fmt.Fprintln(stdout, "applied", migration.Name) //nolint:errcheck // the migration counts, not the line
	}
	if err == nil && len(applied) == 0 {
		_, err = fmt.Fprintln(stdout, "nothing to do")
	}
	return err
}

func migrateDown(ctx context.Context, db *store.DB, stdout io.Writer) error {
	undone, err := db.MigrateDown(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "took back", undone.Name)
	return err
}

func migrateStatus(ctx context.Context, db *store.DB, stdout io.Writer) error {
	all, err := db.Migrations(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, migration := range all {
		state := "pending"
		if !migration.AppliedAt.IsZero() {
			state = "applied " + migration.AppliedAt.Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%s\n", migration.Name, state) //nolint:errcheck // Flush tells
	}
	return table.Flush()
}

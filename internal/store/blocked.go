package store

import (
	"context"
	"time"

	"github.com/gofrs/uuid/v5"
)

// EachBlocked calls each with every blocked id that was recorded at since or later, in no order; with all of them if since
// is the zero time. Among them are some that have expired. An error of each ends it and is returned.
//
// It is the one query that does not go through ent: there may be a million of them, and here they come one by one out of
// one statement, however many have the same time.
func (db *DB) EachBlocked(ctx context.Context, since time.Time, each func(id uuid.UUID, expiresAt time.Time) error) error {
	query, args := "SELECT id, expires_at FROM blocked_tokens", []any{}
	if !since.IsZero() {
		query, args = query+" WHERE created_at >= ?", append(args, since)
	}
	rows, err := db.read.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // what it could not read is in rows.Err
	for rows.Next() {
		var id uuid.UUID
		var expiresAt time.Time
		if err := rows.Scan(&id, &expiresAt); err != nil {
			return err
		}
		if err := each(id, expiresAt); err != nil {
			return err
		}
	}
	return rows.Err()
}

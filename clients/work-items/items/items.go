// Package items keeps users' work items in an SQLite file. Whose they are is part of their key and of every function, so that
// nobody reaches an item of someone else: it is not there.
package items

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"time"

	"github.com/google/uuid"
	_ "modernc.org/sqlite" // the driver
)

// Item is something to be done.
type Item struct {
	ID        string // a UUIDv7: they sort by their age
	Title     string
	Done      bool
	CreatedAt string // a DateTime of the schema
}

// ErrNotFound means that this owner has no item with this id.
var ErrNotFound = errors.New("no such item")

const (
	// The owner comes first in the key, so that it is the index of a user's list too.
	table = `CREATE TABLE IF NOT EXISTS work_items (
		owner TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, done INTEGER NOT NULL, created_at TEXT NOT NULL,
		PRIMARY KEY (owner, id)) STRICT, WITHOUT ROWID`
	columns  = ` id, title, done, created_at `
	dateTime = "2006-01-02T15:04:05.000Z" // SQLite has no type for it
)

// Store is safe for concurrent use.
type Store struct {
	db  *sql.DB
	now func() time.Time
}

// Open opens the file, or makes it, for its owner only.
func Open(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+url.Values{"_pragma": {
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", // what was answered survives a power loss
	}}.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // SQLite has one writer at a time anyway
	if _, err := db.ExecContext(ctx, table); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Store{db, now}, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// List returns an owner's items, the newest first: those after the one with the id after, from the beginning if it is "".
func (s *Store) List(ctx context.Context, owner, after string, limit int) ([]*Item, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT`+columns+`FROM work_items
		WHERE owner = ? AND (? = '' OR id < ?) ORDER BY id DESC LIMIT ?`, owner, after, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var found []*Item
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, item)
	}
	return found, rows.Err()
}

// Create adds an item.
func (s *Store) Create(ctx context.Context, owner, title string) (*Item, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	return scan(s.db.QueryRowContext(ctx, `INSERT INTO work_items (owner, id, title, done, created_at)
		VALUES (?, ?, ?, 0, ?) RETURNING`+columns, owner, id.String(), title, s.now().UTC().Format(dateTime)))
}

// Update changes what is not nil.
func (s *Store) Update(ctx context.Context, owner, id string, title *string, done *bool) (*Item, error) {
	return scan(s.db.QueryRowContext(ctx, `UPDATE work_items SET title = coalesce(?, title), done = coalesce(?, done)
		WHERE owner = ? AND id = ? RETURNING`+columns, title, done, owner, id))
}

// Delete removes an item.
func (s *Store) Delete(ctx context.Context, owner, id string) error {
	_, err := scan(s.db.QueryRowContext(ctx, `DELETE FROM work_items WHERE owner = ? AND id = ? RETURNING`+columns, owner, id))
	return err
}

// scan reads an item from a row or from rows.
func scan(row interface{ Scan(...any) error }) (*Item, error) {
	var item Item
	err := row.Scan(&item.ID, &item.Title, &item.Done, &item.CreatedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &item, nil
}

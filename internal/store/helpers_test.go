package store_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
	"latchkey/internal/testleak"
)

// onBoth runs a test on each kind of database, with one that has no tables yet.
func onBoth(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			test(t, kind.URL(t))
		})
	}
}

func tryOpen(ctx context.Context, url string) (*store.DB, error) {
	address, err := store.ParseURL(url)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, address)
}

// noon is when everyone is created.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// create adds a user with this e-mail address.
func create(ctx context.Context, tx *ent.Tx, email string) (*ent.User, error) {
	return tx.User.Create().
		SetID(uuid.Must(uuid.NewV7())).
		SetEmail(email).
		SetPasswordHash("none").
		SetCreatedAt(noon).
		SetUpdatedAt(noon).
		Save(ctx)
}

func mustCreate(t testing.TB, db *store.DB, email string) *ent.User {
	t.Helper()
	var created *ent.User
	err := db.Tx(t.Context(), func(tx *ent.Tx) (err error) {
		created, err = create(t.Context(), tx, email)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return created
}

// expectUsers fails the test unless there are this many users.
func expectUsers(t testing.TB, db *store.DB, want int) {
	t.Helper()
	got, err := db.Read.User.Query().Count(t.Context())
	if err != nil || got != want {
		t.Errorf("%d users, error %v; want %d users", got, err, want)
	}
}

// logTo returns a logger, and what it has written.
func logTo(t testing.TB) (*slog.Logger, *bytes.Buffer) {
	t.Helper()
	var text bytes.Buffer
	testleak.Log(t, text.String)
	return slog.New(slog.NewTextHandler(&text, nil)), &text
}

var errChangedMyMind = errors.New("changed my mind")

package graph

import (
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/store"
	"latchkey/internal/testdb"
	"latchkey/internal/token"
)

// Frozen, a database neither answers nor refuses.
func TestDatabaseThatHangsIsUnavailable(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	address, err := store.ParseURL(gate.URL)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // the test is over
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask := func(timeout time.Duration) answer {
		h := newTestHandlerOn(t, db, true, timeout)
		id := uuid.Must(uuid.NewV7())
		accessToken, err := h.tokens.Issue(token.Claims{UserID: id, SessionID: id, ID: id, Version: 1})
		if err != nil {
			t.Fatal(err)
		}
		return h.ask(t, request{Query: "{ me { id } }", bearer: accessToken})
	}
	ask(time.Minute).refused(t, "UNAUTHENTICATED") // nobody has that id
	gate.Stall()
	ask(time.Millisecond).refused(t, "UNAVAILABLE")
	gate.Close()
	gate.Open()
	ask(time.Minute).refused(t, "UNAUTHENTICATED")
}

package graph

import (
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/testdb"
	"latchkey/internal/token"
)

// Frozen, a database neither answers nor refuses.
func TestDatabaseThatHangsIsUnavailable(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	db := testdb.OpenMigrated(t, gate.URL)
	ask := func(timeout time.Duration) answer {
		h := newTestHandlerOn(t, db, true, timeout)
		id := uuid.Must(uuid.NewV7())
		accessToken, err := h.tokens.Issue(token.Claims{UserID: id, SessionID: id, ID: id, Version: 1, ExpiresAt: noon.Add(time.Minute)})
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

package auth

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
	"latchkey/internal/token"
)

// atNoon is the clock of newService.
var atNoon = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func TestOnlyWhatNothingNeedsAnyMoreIsRemoved(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		ada := addUser(t, db, "ada", "x")
		const ms = time.Millisecond
		over := -token.Leeway - blockMargin
		left := map[uuid.UUID]string{}
		var removed []uuid.UUID
		note := func(id uuid.UUID, stays bool, what string, after ...time.Duration) {
			if stays {
				left[id] = fmt.Sprint(what, after)
			} else {
				removed = append(removed, id)
			}
		}
		err := db.Tx(t.Context(), func(tx *ent.Tx) error {
			for after, stays := range map[time.Duration]bool{-time.Hour: false, -ms: false, 0: false, ms: true, time.Hour: true} {
				id := uuid.Must(uuid.NewV7())
				note(id, stays, "a block that expires after", after)
				tx.BlockedToken.Create().SetID(id).SetCreatedAt(atNoon).SetExpiresAt(atNoon.Add(after)).SaveX(t.Context())
			}
			for _, c := range []struct {
				expires, access time.Duration
				stays           bool
			}{
				{-time.Hour, -2 * time.Hour, false},
				{over, over, false},
				{over + ms, -time.Hour, true},
				{-time.Hour, over + ms, true}, // issued under a longer TTL
				{-ms, -ms, true},
				{time.Hour, -time.Hour, true},
				{time.Hour, time.Minute, true},
			} {
				id := uuid.Must(uuid.NewV7())
				note(id, c.stays, "a session that expires after", c.expires, c.access)
				tx.Session.Create().SetID(id).SetUserID(ada.ID).SetCreatedAt(atNoon).SetLastUsedAt(atNoon).SetExpiresAt(atNoon.Add(c.expires)).
					SetAccessExpiresAt(atNoon.Add(c.access)).SetSecretHash(make([]byte, 32)).SaveX(t.Context())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		n, more, err := service.RemoveExpired(t.Context())
		if n != len(removed) || more || err != nil {
			t.Errorf("removed %d, more %v, %v; want %d", n, more, err, len(removed))
		}
		rows := append(db.Read.BlockedToken.Query().IDsX(t.Context()), db.Read.Session.Query().IDsX(t.Context())...)
		for _, id := range rows {
			if _, stays := left[id]; !stays {
				t.Errorf("%s was not removed", id)
			}
			delete(left, id)
		}
		for _, what := range left {
			t.Errorf("removed: %s", what)
		}
		if n, more, err := service.RemoveExpired(t.Context()); n != 0 || more || err != nil {
			t.Errorf("removed %d once more, more %v, %v", n, more, err)
		}
	})
}

func TestExpiredRowsAreRemovedInBatches(t *testing.T) {
	onEachURL(t, func(t *testing.T, url string, db *store.DB) {
		service := newService(t, db)
		fillExpired(t, url, db, 2*expiredBatch+100)
		testdb.FillBlocked(t, url, 7, atNoon, atNoon.Add(time.Hour))
		for i, want := range []struct {
			removed int
			more    bool
		}{{2 * expiredBatch, true}, {2 * expiredBatch, true}, {200, false}, {0, false}} {
			if n, more, err := service.RemoveExpired(t.Context()); n != want.removed || more != want.more || err != nil {
				t.Errorf("call %d: removed %d, more %v, %v; want %v", i, n, more, err, want)
			}
		}
		if n := db.Read.BlockedToken.Query().CountX(t.Context()); n != 7 {
			t.Errorf("%d blocked ids are left", n)
		}
	})
}

// As servers do that share a database, and meanwhile someone logs in and out.
func TestServersRemoveExpiredRowsAtOnce(t *testing.T) {
	onEachURL(t, func(t *testing.T, url string, db *store.DB) {
		const rows = 6 * expiredBatch
		fillExpired(t, url, db, rows)
		live := testdb.FillBlocked(t, url, 100, atNoon, atNoon.Add(time.Hour))
		var removed atomic.Int64
		var group sync.WaitGroup
		for range 3 {
			service := newService(t, testdb.Open(t, url))
			group.Go(func() {
				for more := true; more; {
					var n int
					var err error
					if n, more, err = service.RemoveExpired(t.Context()); err != nil {
						t.Error(err)
					}
					removed.Add(int64(n))
				}
			})
		}
		service := newService(t, db)
		ctx, username := service.WithRequest(t.Context(), &Request{}), "grace"
		if _, err := service.Signup(ctx, SignupInput{Username: &username, Password: "correct horse"}); err != nil {
			t.Error(err)
		}
		if _, err := service.Logout(ctx, Current); err != nil {
			t.Error(err)
		}
		group.Wait()
		if removed.Load() != 2*rows {
			t.Errorf("removed %d rows, there were %d", removed.Load(), 2*rows)
		}
		if n := db.Read.BlockedToken.Query().CountX(t.Context()); n != len(live)+1 {
			t.Errorf("%d blocked ids are left", n)
		}
	})
}

// onEachURL runs a test on an empty, migrated database of each kind, of which it gets the address too.
func onEachURL(t *testing.T, test func(t *testing.T, url string, db *store.DB)) {
	t.Helper()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			url := kind.URL(t)
			test(t, url, testdb.OpenMigrated(t, url))
		})
	}
}

// fillExpired adds n expired blocked ids and as many sessions.
func fillExpired(t testing.TB, url string, db *store.DB, n int) {
	t.Helper()
	owner, over := addUser(t, db, "ada", "x").ID, atNoon.Add(-24*time.Hour)
	testdb.FillBlocked(t, url, n, over.Add(-time.Hour), over)
	columns := []string{"id", "user_id", "created_at", "last_used_at", "expires_at", "access_expires_at", "secret_hash"}
	testdb.Fill(t, url, "sessions", columns, n, func(int) []any {
		return []any{uuid.Must(uuid.NewV7()), owner, over, over, over, over, make([]byte, 32)}
	})
}

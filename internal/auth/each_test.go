package auth

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

// fillUsers adds n accounts, one in each millisecond since 2026, every tenth of them disabled, and returns their ids.
func fillUsers(t testing.TB, url string, n int) []uuid.UUID {
	t.Helper()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	generator := uuid.NewGenWithOptions(uuid.WithEpochFunc(func() time.Time { return at }))
	ids := make([]uuid.UUID, n)
	columns := []string{"id", "username", "password_hash", "role", "disabled", "created_at", "updated_at"}
	testdb.Fill(t, url, "users", columns, n, func(i int) []any {
		at = at.Add(time.Millisecond)
		ids[i] = uuid.Must(generator.NewV7())
		return []any{ids[i], fmt.Sprintf("user%d", i), "x", "USER", i%10 == 0, at, at}
	})
	return ids
}

func TestEachUserGoesThroughAllPagesNewestFirst(t *testing.T) {
	onEachURL(t, func(t *testing.T, url string, db *store.DB) {
		service := newService(t, db)
		for u, err := range service.EachUser(t.Context(), nil) {
			t.Fatalf("there is nobody, but: %v, %v", u, err)
		}
		ids := fillUsers(t, url, 10*eachPage)
		off, begins := true, "user99"
		for name, c := range map[string]struct {
			filter *UserFilter
			want   int
		}{
			"all, which are whole pages": {nil, 10 * eachPage},
			"the disabled ones":          {&UserFilter{Disabled: &off}, eachPage},
			"one name and what follows":  {&UserFilter{Text: &begins}, 111},
		} {
			last, got := ids[len(ids)-1], 0
			for u, err := range service.EachUser(t.Context(), c.filter) {
				if err != nil {
					t.Fatal(err)
				}
				if got > 0 && u.ID.String() >= last.String() {
					t.Fatalf("%s: %s follows %s", name, u.ID, last)
				}
				last, got = u.ID, got+1
			}
			if got != c.want {
				t.Errorf("%s: %d, want %d", name, got, c.want)
			}
		}
	})
}

// On every page accounts come and go on either side of it.
func TestEachUserIsStableWhileOthersWrite(t *testing.T) {
	onEachURL(t, func(t *testing.T, url string, db *store.DB) {
		service := newService(t, db)
		ids := fillUsers(t, url, 5*eachPage)
		gone := map[uuid.UUID]bool{}
		seen := map[uuid.UUID]bool{}
		for u, err := range service.EachUser(t.Context(), nil) {
			if err != nil {
				t.Fatal(err)
			}
			if seen[u.ID] {
				t.Fatalf("%s comes twice", u.ID)
			}
			seen[u.ID] = true
			if len(seen)%eachPage != eachPage/2 {
				continue
			}
			addUser(t, db, fmt.Sprintf("new%d", len(seen)), "x")
			behind, ahead := ids[len(ids)-1-len(seen)/2], ids[eachPage/4-len(seen)/eachPage]
			gone[behind], gone[ahead] = true, true
			err := db.Tx(t.Context(), func(tx *ent.Tx) error {
				_, err := tx.User.Delete().Where(user.IDIn(behind, ahead)).Exec(t.Context())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range ids {
			if !seen[id] && !gone[id] {
				t.Errorf("%s is left out", id)
			}
		}
		if len(gone) != 10 || len(seen) != 5*eachPage-4 { // the last one ahead was on a page that had been read
			t.Errorf("saw %d, deleted %d", len(seen), len(gone))
		}
	})
}

// All of them together would take some 13 MB.
func TestEachUserTakesNoMemoryForTheAccountsThatWere(t *testing.T) {
	onEachURL(t, func(t *testing.T, url string, db *store.DB) {
		service := newService(t, db)
		const n = 50 * eachPage
		fillUsers(t, url, n)
		var first, now runtime.MemStats
		seen := 0
		for _, err := range service.EachUser(t.Context(), nil) {
			if err != nil {
				t.Fatal(err)
			}
			if seen++; seen == eachPage {
				runtime.GC()
				runtime.ReadMemStats(&first)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&now)
		if grown := int64(now.HeapAlloc) - int64(first.HeapAlloc); seen != n || grown > 3<<20 {
			t.Errorf("after %d accounts %d bytes more are in use", seen, grown)
		}
	})
}

func TestEachUserEndsWithAnError(t *testing.T) {
	onEachURL(t, func(t *testing.T, url string, db *store.DB) {
		service := newService(t, db)
		fillUsers(t, url, 2*eachPage)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		seen, failed := 0, error(nil)
		for _, err := range service.EachUser(ctx, nil) {
			if failed != nil {
				t.Error("something follows the error")
			}
			if failed = err; err == nil {
				seen++
			}
			cancel()
		}
		if seen != eachPage || !errors.Is(failed, context.Canceled) {
			t.Errorf("saw %d, then %v", seen, failed)
		}
	})
}

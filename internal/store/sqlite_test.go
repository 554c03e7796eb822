package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

func TestSQLiteFilesAreTheirOwnersOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "var", "data")
	path := filepath.Join(dir, "latchkey.db")
	db := testdb.OpenMigrated(t, "sqlite:"+path)
	if err := db.Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustCreate(t, db, "alice@example.org")
	expectUsers(t, db, 1)
	modes := map[string]os.FileMode{filepath.Dir(dir): 0o700, dir: 0o700}
	for _, suffix := range []string{"", "-wal", "-shm", ".lock", ".migrate.lock"} {
		modes[path+suffix] = 0o600
	}
	for path, want := range modes {
		info, err := os.Stat(path)
		if err != nil {
			t.Error(err)
		} else if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
}

func TestSQLiteKeepsTheModeOfAnExistingFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "latchkey.db")
	if err := os.WriteFile(path, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	testdb.OpenMigrated(t, "sqlite:"+path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v; want mode 640", info.Mode(), err)
	}
}

func TestSQLiteTakesAnyPath(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"a b.db", "what?.db", "what?mode=memory", "a#b.db", "100%.db", "a%20b.db", "%zz", "a&b=c;d.db", "it's.db", `a\b.db`, "ä✓.db",
		":memory:", "file:x.db", "a?b/c#d/e%f/g.db",
	} {
		t.Run(strings.ReplaceAll(name, "/", " in "), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), name)
			db := testdb.OpenMigrated(t, "sqlite:"+path)
			mustCreate(t, db, "alice@example.org")
			expectUsers(t, db, 1)
			if info, err := os.Stat(path + "-wal"); err != nil || info.Size() == 0 {
				t.Errorf("what was written is not in %s: %v", path, err)
			}
		})
	}
}

func TestSQLiteTakesARelativePath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	db := testdb.OpenMigrated(t, "sqlite:data/latchkey.db")
	mustCreate(t, db, "alice@example.org")
	if _, err := os.Stat(filepath.Join(dir, "data", "latchkey.db-wal")); err != nil {
		t.Error(err)
	}
}

func TestSQLiteCanNotOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("This is no database. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"a directory":              dir,
		"a file that is something": text,
		"a file below a file":      filepath.Join(text, "latchkey.db"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if db, err := tryOpen(t.Context(), "sqlite:"+path); err == nil {
				t.Errorf("opened: %v", db.Close())
			}
		})
	}
}

func TestSQLiteIsServedByOne(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	first, err := tryOpen(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	second := testdb.OpenMigrated(t, url) // the operator's commands work beside a server
	if err := first.Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := second.Serve(t.Context()); !errors.Is(err, store.ErrServed) {
		t.Errorf("the second gets %v, want ErrServed", err)
	}
	mustCreate(t, second, "alice@example.org")
	expectUsers(t, first, 1)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Serve(t.Context()); err != nil {
		t.Errorf("after the first has gone the second gets %v", err)
	}
}

func TestSQLiteReadCanNotWrite(t *testing.T) {
	t.Parallel()
	db := testdb.OpenMigrated(t, testdb.SQLite(t))
	created := mustCreate(t, db, "alice@example.org")
	ctx := t.Context()
	_, insert := db.Read.User.Create().SetID(uuid.Must(uuid.NewV7())).SetUsername("bob").SetPasswordHash("none").
		SetCreatedAt(noon).SetUpdatedAt(noon).Save(ctx)
	update := db.Read.User.UpdateOneID(created.ID).SetName("Alice").Exec(ctx)
	remove := db.Read.User.DeleteOneID(created.ID).Exec(ctx)
	for statement, err := range map[string]error{"INSERT": insert, "UPDATE": update, "DELETE": remove} {
		if err == nil || !strings.Contains(err.Error(), "readonly") || store.Unavailable(err) {
			t.Errorf("%s: %v; want an error that says readonly", statement, err)
		}
	}
	expectUsers(t, db, 1)
}

func TestSQLiteEnforcesForeignKeys(t *testing.T) {
	t.Parallel()
	db := testdb.OpenMigrated(t, testdb.SQLite(t))
	err := createSessionOfNobody(t, db)
	if err == nil || store.TakenColumn(err) != "" || store.Unavailable(err) {
		t.Errorf("error %v; want one about the foreign key", err)
	}
}

func TestExists(t *testing.T) {
	t.Parallel()
	missing, there := testdb.SQLite(t), testdb.SQLite(t)
	testdb.Open(t, there)
	for url, want := range map[string]string{
		there:   "",
		missing: "there is no database at " + strings.TrimPrefix(missing, "sqlite:") + ": start the server once, or run `latchkey migrate up`",
		nobody:  "", // a server is not asked
	} {
		address, err := store.ParseURL(url)
		if err != nil {
			t.Fatal(err)
		}
		if err := address.Exists(); (err == nil) != (want == "") || (err != nil && err.Error() != want) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
	if _, err := os.Stat(strings.TrimPrefix(missing, "sqlite:")); err == nil {
		t.Error("the file was made")
	}
}

// A job that never lets go would keep a server's writes out until they give up.
func TestYieldLetsAServerWrite(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	server, job := testdb.OpenMigrated(t, url), testdb.Open(t, url)
	leaves := func(want time.Duration) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) { // where time passes only while Yield waits
			began := time.Now()
			if err := job.Yield(t.Context()); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took != want {
				t.Errorf("left %v, want %v", took, want)
			}
		})
	}
	leaves(0) // nobody serves
	if err := server.Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	leaves(50 * time.Millisecond)
	if err := server.Yield(t.Context()); err != nil {
		t.Error(err)
	}
	if err := testdb.Open(t, url).Serve(t.Context()); !errors.Is(err, store.ErrServed) {
		t.Errorf("a second server: %v", err)
	}
}

func TestServerStartsBesideAJobThatYields(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	job := testdb.OpenMigrated(t, url)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			if err := job.Yield(ctx); err != nil {
				t.Error(err)
			}
		}
	}()
	for range 20 {
		server := testdb.Open(t, url)
		if err := server.Serve(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := server.Close(); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	<-ended
}

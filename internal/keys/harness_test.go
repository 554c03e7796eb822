package keys_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/ent"
	"latchkey/internal/keys"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
	"latchkey/internal/testhost"
	"latchkey/internal/testleak"
)

// noon is when everything begins.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// site is a database and one server's keys directory. Its clock moves only when a test moves it.
type site struct {
	config keys.Config
	log    *testhost.Log
	clock  *testhost.Clock
}

// onBoth runs a story twice: on SQLite and on MariaDB.
func onBoth(t *testing.T, story func(t *testing.T, s *site)) {
	t.Helper()
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			story(t, newSite(t, testdb.OpenMigrated(t, kind.URL(t))))
		})
	}
}

func newSite(t testing.TB, db *store.DB) *site {
	t.Helper()
	c := testhost.NewClock(noon)
	s := &site{
		config: keys.Config{
			DB: db, Dir: filepath.Join(t.TempDir(), "data", "keys"), Algorithm: "ES256", AccessTTL: 15 * time.Minute, Now: c.Now,
		},
		log:   &testhost.Log{},
		clock: c,
	}
	testleak.Server(t, s.log.String, "", s.config.Dir)
	return s
}

// elsewhere is another server on the same database, with a directory of its own.
func (s *site) elsewhere(t testing.TB) *site {
	t.Helper()
	other := *s
	other.config.Dir = filepath.Join(t.TempDir(), "keys")
	other.log = &testhost.Log{}
	testleak.Server(t, other.log.String, "", other.config.Dir)
	return &other
}

func (s *site) tryOpen(t testing.TB) (*keys.Ring, error) {
	t.Helper()
	return keys.Open(t.Context(), s.config, slog.New(slog.NewTextHandler(s.log, nil)))
}

func (s *site) open(t testing.TB) *keys.Ring {
	t.Helper()
	ring, err := s.tryOpen(t)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func (s *site) rotate(t testing.TB, atOnce bool) *keys.Rotation {
	t.Helper()
	rotation, err := keys.Rotate(t.Context(), s.config, atOnce)
	if err != nil {
		t.Fatal(err)
	}
	return rotation
}

func (s *site) remove(t testing.TB, id string, atOnce bool) {
	t.Helper()
	if err := keys.Remove(t.Context(), s.config, id, atOnce); err != nil {
		t.Fatal(err)
	}
}

// refuses holds that a key is not removed, and that the error has these words.
func (s *site) refuses(t testing.TB, id string, atOnce bool, words ...string) {
	t.Helper()
	before := s.ids(t)
	err := keys.Remove(t.Context(), s.config, id, atOnce)
	complains(t, err, words...)
	if !slices.Equal(before, s.ids(t)) {
		t.Error("removed all the same")
	}
}

func complains(t testing.TB, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one about %q", words)
	}
	testleak.Text(t, "an error", err.Error())
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not tell %q: %v", word, err)
		}
	}
}

// states is what List says: KID to STATE.
func (s *site) states(t testing.TB) map[string]string {
	t.Helper()
	all, err := keys.List(t.Context(), s.config)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, key := range all {
		states[key.ID] = key.State
	}
	return states
}

func (s *site) ids(t testing.TB) []string {
	t.Helper()
	all, err := keys.List(t.Context(), s.config)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, key := range all {
		ids = append(ids, key.ID)
	}
	return ids
}

// files are the names in the directory.
func (s *site) files(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir(s.config.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func (s *site) write(t testing.TB, name string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(s.config.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.config.Dir, name), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// copyFrom copies all files, as an operator does.
func (s *site) copyFrom(t testing.TB, other *site) {
	t.Helper()
	for _, name := range other.files(t) {
		text, err := os.ReadFile(filepath.Join(other.config.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		s.write(t, name, text)
	}
}

func (s *site) lose(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.Remove(filepath.Join(s.config.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *site) inDatabase(t testing.TB, change func(ctx context.Context, tx *ent.Tx) error) {
	t.Helper()
	if err := s.config.DB.Tx(t.Context(), func(tx *ent.Tx) error { return change(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func look(t testing.TB, ring *keys.Ring) {
	t.Helper()
	if err := ring.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// published are the kids for everyone.
func published(ring *keys.Ring) []string {
	var ids []string
	for _, key := range ring.Public() {
		ids = append(ids, key.ID)
	}
	return ids
}

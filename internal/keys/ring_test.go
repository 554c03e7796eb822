package keys_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

func TestServerKeepsItsKeysUntilTheNewOnesAreCopied(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		s.open(t)
		other := s.elsewhere(t)
		other.copyFrom(t, s)
		ring := other.open(t)
		first := ring.Signing().ID
		next := s.rotate(t, false).Key.ID
		for range 3 {
			look(t, ring)
		}
		complains(t, ring.Problem(), other.config.Dir, next)
		if !ring.Serving() || ring.Signing().ID != first || !slices.Equal(published(ring), []string{first}) {
			t.Errorf("serving %v, published %v", ring.Serving(), published(ring))
		}
		other.copyFrom(t, s)
		look(t, ring)
		if ring.Problem() != nil || !slices.Equal(published(ring), []string{first, next}) {
			t.Errorf("problem %v, published %v", ring.Problem(), published(ring))
		}
	})
}

// What has been taken out of use is refused, copied or not.
func TestServerThatLacksTheOnlyKeysStopsServing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		first := s.open(t).Signing().ID
		other := s.elsewhere(t)
		other.copyFrom(t, s)
		ring := other.open(t)
		s.clock.Advance(second)
		s.rotate(t, true)
		s.remove(t, first, true)
		look(t, ring)
		if ring.Serving() || ring.Problem() == nil {
			t.Errorf("serving %v, problem %v", ring.Serving(), ring.Problem())
		}
		other.copyFrom(t, s)
		look(t, ring)
		if !ring.Serving() || ring.Problem() != nil {
			t.Errorf("serving %v, problem %v", ring.Serving(), ring.Problem())
		}
		s.remove(t, "refresh", true)
		look(t, ring)
		if ring.Serving() || ring.Problem() == nil {
			t.Errorf("serving %v, problem %v", ring.Serving(), ring.Problem())
		}
	})
}

func TestFilesThatAreLostWhileAServerRunsDoNotStopIt(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		ring := s.open(t)
		first := ring.Signing()
		if err := os.RemoveAll(s.config.Dir); err != nil {
			t.Fatal(err)
		}
		look(t, ring)
		s.clock.Advance(second)
		next := s.rotate(t, true).Key.ID
		look(t, ring)
		if !ring.Serving() || ring.Problem() != nil || !slices.Equal(published(ring), []string{first.ID, next}) {
			t.Errorf("problem %v, published %v", ring.Problem(), published(ring))
		}
		_, err := s.tryOpen(t) // a restart would not do
		complains(t, err, first.ID, "refresh")
	})
}

func TestBrokenFileDoesNotStopARunningServer(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.OpenMigrated(t, testdb.SQLite(t)))
	ring := s.open(t)
	s.write(t, "broken.pem", []byte("half of a key that is being copied"))
	look(t, ring)
	if !ring.Serving() || ring.Problem() != nil {
		t.Errorf("problem %v", ring.Problem())
	}
	s.lose(t, "signing.pem")
	look(t, ring)
	if !ring.Serving() || ring.Problem() != nil {
		t.Errorf("problem %v", ring.Problem())
	}
}

func TestDatabaseAwayKeepsTheKeys(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	s := newSite(t, testdb.OpenMigrated(t, gate.URL))
	ring := s.open(t)
	gate.Close()
	if err := ring.Look(t.Context()); !store.Unavailable(err) {
		t.Errorf("error %v", err)
	}
	if !ring.Serving() || ring.Problem() != nil || ring.Signing() == nil {
		t.Errorf("problem %v", ring.Problem())
	}
	gate.Open()
	look(t, ring)
}

func TestLookReadsNoFilesWhileNothingChanges(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.OpenMigrated(t, testdb.SQLite(t)))
	ring := s.open(t)
	before := ring.Signing()
	// A file that looks the same is not read again.
	path := filepath.Join(s.config.Dir, "signing.pem")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("x", int(info.Size()))), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	look(t, ring)
	if ring.Signing() != before {
		t.Error("the key was read again")
	}
}

package keys_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"latchkey/ent"
	"latchkey/internal/keys"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
	"latchkey/internal/token"
)

func TestFirstStartMakesAndRecordsTheKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		ring := s.open(t)
		if got := s.files(t); !slices.Equal(got, []string{"refresh.pem", "signing.pem"}) {
			t.Errorf("files %v", got)
		}
		for path, want := range map[string]os.FileMode{"": 0o700, "signing.pem": 0o600, "refresh.pem": 0o600} {
			info, err := os.Stat(filepath.Join(s.config.Dir, path))
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%q has mode %v, want %o: %v", path, info.Mode(), want, err)
			}
		}
		key := ring.Signing()
		if got := s.ids(t); !slices.Equal(got, []string{key.ID, "refresh"}) {
			t.Errorf("recorded %v", got)
		}
		if found, err := ring.Verifying(t.Context(), key.ID); err != nil || found != key {
			t.Errorf("%v, %v", found, err)
		}
		if !ring.Serving() || ring.Problem() != nil || ring.Ready(t.Context()) != nil {
			t.Errorf("serving %v, problem %v", ring.Serving(), ring.Problem())
		}

		again := s.open(t)
		if again.Signing().ID != key.ID || again.Refresh().Fingerprint() != ring.Refresh().Fingerprint() {
			t.Error("a second start has other keys")
		}
		if made := s.log.Count("made a signing key"); made != 1 {
			t.Errorf("said %d times that a key was made", made)
		}
	})
}

func TestFirstStartTakesTheKeysThatAreThere(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"ES256", "RS256", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, testdb.OpenMigrated(t, testdb.SQLite(t)))
			key, err := token.NewKey(algorithm)
			if err != nil {
				t.Fatal(err)
			}
			text, err := key.PEM()
			if err != nil {
				t.Fatal(err)
			}
			s.write(t, "signing.pem", text)
			ring := s.open(t)
			if ring.Signing().ID != key.ID || !slices.Equal(s.ids(t), []string{key.ID, "refresh"}) {
				t.Errorf("signs with %s, want %s; recorded %v", ring.Signing().ID, key.ID, s.ids(t))
			}
		})
	}
	t.Run("whatever their files are called", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, testdb.OpenMigrated(t, testdb.SQLite(t)))
		refresh := token.NewRefreshKey()
		s.write(t, "signing.pem", refresh.PEM())
		key, err := token.NewKey("ES256")
		if err != nil {
			t.Fatal(err)
		}
		text, err := key.PEM()
		if err != nil {
			t.Fatal(err)
		}
		s.write(t, "a.pem", text)
		ring := s.open(t)
		if ring.Signing().ID != key.ID || ring.Refresh().Fingerprint() != refresh.Fingerprint() {
			t.Error("other keys were made")
		}
	})
	t.Run("but does not choose between keys of the refresh tokens", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, testdb.OpenMigrated(t, testdb.SQLite(t)))
		s.write(t, "a.pem", token.NewRefreshKey().PEM())
		s.write(t, "b.pem", token.NewRefreshKey().PEM())
		_, err := s.tryOpen(t)
		complains(t, err, s.config.Dir, "2 keys for refresh tokens")
	})
}

// servers opens as many at once, and returns the rings of those that came up and the errors of the others.
func servers(t *testing.T, sites []*site) (rings []*keys.Ring, refused []error) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	start := make(chan struct{})
	for _, s := range sites {
		all.Go(func() {
			<-start
			ring, err := s.tryOpen(t)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				refused = append(refused, err)
			} else {
				rings = append(rings, ring)
			}
		})
	}
	close(start)
	all.Wait()
	return rings, refused
}

func TestServersThatStartAtOnceWithOneDirectoryHaveOneSetOfKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		sites := slices.Repeat([]*site{s}, 12)
		rings, refused := servers(t, sites)
		if len(refused) > 0 {
			t.Fatal(refused)
		}
		for _, ring := range rings {
			if ring.Signing().ID != rings[0].Signing().ID || ring.Refresh().Fingerprint() != rings[0].Refresh().Fingerprint() {
				t.Error("two sets of keys")
			}
		}
		if got := s.files(t); !slices.Equal(got, []string{"refresh.pem", "signing.pem"}) {
			t.Errorf("left behind: %v", got)
		}
	})
}

func TestServersThatStartAtOnceWithDirectoriesOfTheirOwnAreRefusedButOne(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		sites := []*site{s}
		for range 7 {
			sites = append(sites, s.elsewhere(t))
		}
		rings, refused := servers(t, sites)
		if len(rings) != 1 || len(s.ids(t)) != 2 {
			t.Fatalf("%d came up, want 1; recorded %v", len(rings), s.ids(t))
		}
		for _, err := range refused {
			complains(t, err, "lacks keys of this database", rings[0].Signing().ID, "refresh", "keys remove ID --now")
		}
	})
}

func TestServerWithoutTheRecordedKeysIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		key := s.open(t).Signing()
		for name, c := range map[string]struct {
			lost        []string
			want, never []string
		}{
			"the signing key": {[]string{"signing.pem"}, []string{key.ID, "the one that signs after `latchkey keys rotate --now`"}, []string{"refresh"}},
			"the refresh key": {[]string{"refresh.pem"}, []string{": refresh.", "give each up"}, []string{key.ID, "rotate"}},
			"all":             {[]string{"signing.pem", "refresh.pem"}, []string{key.ID, "refresh", "rotate --now"}, nil},
		} {
			other := s.elsewhere(t)
			other.copyFrom(t, s)
			other.lose(t, c.lost...)
			before := other.files(t)
			_, err := other.tryOpen(t)
			complains(t, err, append(c.want, other.config.Dir)...)
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: more than one line: %v", name, err)
			}
			for _, word := range c.never {
				if strings.Contains(err.Error(), word) {
					t.Errorf("%s: tells %q: %v", name, word, err)
				}
			}
			if !slices.Equal(other.files(t), before) {
				t.Errorf("%s: made keys", name)
			}
		}
	})
}

func TestFilesThatAreNoKeysEndTheStart(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.OpenMigrated(t, testdb.SQLite(t)))
	const content = "hunter2-SECRET"
	s.write(t, "notes.txt", []byte(content)) // not looked at
	s.write(t, "broken.pem", []byte(content))
	for _, when := range []string{"the first", "a later"} {
		_, err := s.tryOpen(t)
		complains(t, err, filepath.Join(s.config.Dir, "broken.pem"), "no key of latchkey")
		if strings.Contains(err.Error(), content) {
			t.Errorf("%s start tells what is in the file: %v", when, err)
		}
		s.lose(t, "broken.pem")
		s.open(t)
		s.write(t, "broken.pem", []byte(content))
	}
}

func TestKeysThatAreNotRecordedAreIgnoredWithOneWarning(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		key := s.open(t).Signing()
		stray, err := token.NewKey("ES256")
		if err != nil {
			t.Fatal(err)
		}
		text, err := stray.PEM()
		if err != nil {
			t.Fatal(err)
		}
		s.write(t, "stray.pem", text)
		s.write(t, "stray-refresh.pem", token.NewRefreshKey().PEM())
		ring := s.open(t)
		look(t, ring)
		if ring.Signing().ID != key.ID || !slices.Equal(published(ring), []string{key.ID}) {
			t.Errorf("published %v", published(ring))
		}
		if warnings := s.log.Count("stray"); warnings != 1 {
			t.Errorf("%d warnings", warnings)
		}
	})
}

func TestKeysCanBeFoundOnceTheDatabaseIsMigrated(t *testing.T) {
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			url := kind.URL(t)
			s := newSite(t, testdb.Open(t, url))
			ring, err := s.tryOpen(t)
			if !store.Unavailable(err) || ring == nil || ring.Serving() || ring.Problem() == nil {
				t.Fatalf("%v, %v", ring, err)
			}
			if ring.Signing() != nil || ring.Refresh() != nil || len(ring.Public()) > 0 {
				t.Error("there are keys")
			}
			testdb.OpenMigrated(t, url)
			look(t, ring)
			if !ring.Serving() || ring.Problem() != nil || ring.Signing() == nil || ring.Refresh() == nil {
				t.Errorf("serving %v, problem %v", ring.Serving(), ring.Problem())
			}
		})
	}
}

// A row that no command makes away with.
func TestDatabaseWithHalfOfTheRecordsIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		key := s.open(t).Signing()
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error { return tx.KeyRecord.DeleteOneID(key.ID).Exec(ctx) })
		_, err := s.tryOpen(t)
		complains(t, err, "no signing key is recorded", "latchkey keys rotate --now")
		s.rotate(t, true)
		s.open(t)
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error { return tx.KeyRecord.DeleteOneID("refresh").Exec(ctx) })
		_, err = s.tryOpen(t)
		complains(t, err, "no key for refresh tokens is recorded", "latchkey keys remove refresh --now")
		s.remove(t, "refresh", true)
		s.open(t)
	})
}

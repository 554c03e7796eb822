package keys_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"latchkey/internal/keys"
	"latchkey/internal/testdb"
	"latchkey/internal/token"
)

const (
	minute = time.Minute
	second = time.Second
)

// The whole life of a key, on the clock.
func TestKeysTakeTurns(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		ring := s.open(t)
		first := ring.Signing().ID
		s.refuses(t, first, false, "signs", "rotate --now")
		s.refuses(t, first, true, "signs", "rotate --now")

		s.clock.Advance(time.Hour)
		rotation := s.rotate(t, false)
		next := rotation.Key.ID
		if want := noon.Add(time.Hour + 10*minute + 5*second); !rotation.SignsAt.Equal(want) || rotation.Before != first {
			t.Errorf("%+v, want %v", rotation, want)
		}
		expect := func(state1, state2 string) {
			t.Helper()
			want := map[string]string{first: state1, next: state2, "refresh": "refresh tokens"}
			if got := s.states(t); !maps.Equal(got, want) {
				t.Errorf("states\n%v, want\n%v", got, want)
			}
		}
		signs := func(id string) {
			t.Helper()
			if got := ring.Signing().ID; got != id {
				t.Errorf("signs with %s, want %s", got, id)
			}
		}
		look(t, ring)
		if got := published(ring); !slices.Equal(got, []string{first, next}) {
			t.Errorf("published %v", got)
		}
		expect("signs", "signs from 2026-11-22T13:10:05Z")
		s.clock.Advance(10*minute + 5*second - time.Millisecond)
		signs(first)
		s.clock.Advance(time.Millisecond)
		signs(next)
		expect("verifies until 2026-11-22T13:25:40Z", "signs") // 5 s until noticed, 15 min of life, 30 s of leeway
		if !rotation.Removable.Equal(time.Date(2026, 11, 22, 13, 25, 40, 0, time.UTC)) {
			t.Errorf("removable at %v", rotation.Removable)
		}
		s.clock.Advance(15*minute + 35*second - time.Millisecond)
		s.refuses(t, first, false, "2026-11-22T13:25:40Z", "--now")
		s.clock.Advance(time.Millisecond)
		expect("can be removed", "signs")
		s.remove(t, first, false)
		if got := s.files(t); !slices.Equal(got, []string{"refresh.pem", "signing-" + next + ".pem"}) {
			t.Errorf("files %v", got)
		}
		look(t, ring)
		if got := published(ring); !slices.Equal(got, []string{next}) {
			t.Errorf("published %v", got)
		}
		s.refuses(t, next, true, "signs", "rotate --now")
		s.refuses(t, first, true, "no key "+first+" is recorded")
	})
}

func TestRotationAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		ring := s.open(t)
		first := ring.Signing().ID
		next := s.rotate(t, false).Key.ID
		s.clock.Advance(second)
		now := s.rotate(t, true).Key.ID
		look(t, ring)
		if ring.Signing().ID != now {
			t.Error("it does not sign")
		}
		if got := published(ring); !slices.Equal(got, []string{first, now, next}) {
			t.Errorf("published %v", got)
		}
		s.remove(t, next, false) // it has never signed
		s.refuses(t, first, false, "may live until")
		s.remove(t, first, true)
		look(t, ring)
		if got := published(ring); !slices.Equal(got, []string{now}) {
			t.Errorf("published %v", got)
		}
	})
}

func TestRotationToAnotherAlgorithm(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.OpenMigrated(t, testdb.SQLite(t)))
	ring := s.open(t)
	for _, algorithm := range []string{"EdDSA", "RS256", "ES256"} {
		s.config.Algorithm = algorithm
		s.clock.Advance(second)
		if key := s.rotate(t, true).Key; key.Algorithm() != algorithm {
			t.Errorf("made a key for %s, want %s", key.Algorithm(), algorithm)
		}
		look(t, ring)
		if got := ring.Signing().Algorithm(); got != algorithm {
			t.Errorf("signs with %s, want %s", got, algorithm)
		}
	}
	all, err := keys.List(t.Context(), s.config)
	if err != nil || len(all) != 5 || all[1].Algorithm != "EdDSA" || all[2].Algorithm != "RS256" || all[4].Algorithm != "HS256" {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestReplacingTheRefreshKey(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		ring := s.open(t)
		old := ring.Refresh()
		sealed := old.Seal(token.Refresh{Generation: 1})
		s.refuses(t, "refresh", false, "every refresh token is refused", "--now")
		s.remove(t, "refresh", true)
		look(t, ring)
		if ring.Refresh().Fingerprint() == old.Fingerprint() {
			t.Fatal("it is the same")
		}
		if _, ok := ring.Refresh().Open(sealed); ok {
			t.Error("an old refresh token is accepted")
		}
		if got := s.files(t); !slices.Equal(got, []string{"refresh-" + ring.Refresh().Fingerprint() + ".pem", "signing.pem"}) {
			t.Errorf("files %v", got)
		}
		s.remove(t, "refresh", true) // and again
		s.open(t)
	})
}

func TestLostKeysCanBeGivenUp(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		lost := s.open(t).Signing().ID
		if err := os.RemoveAll(s.config.Dir); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{lost: "signs, missing from " + s.config.Dir, "refresh": "refresh tokens, missing from " + s.config.Dir}
		if got := s.states(t); !maps.Equal(got, want) {
			t.Errorf("states\n%v, want\n%v", got, want)
		}
		s.refuses(t, lost, true, "rotate --now")
		s.clock.Advance(second)
		made := s.rotate(t, true).Key.ID
		s.remove(t, lost, true)
		s.remove(t, "refresh", true)
		if ring := s.open(t); ring.Signing().ID != made {
			t.Errorf("signs with %s, want %s", ring.Signing().ID, made)
		}
	})
}

// LATCHKEY_KEYS_DIR is easily forgotten in a shell, and a key that no server has makes all of them unready.
func TestRotationInADirectoryOfNobodyIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		s.open(t)
		before := s.ids(t)
		mistaken := s.config
		mistaken.Dir = filepath.Join(t.TempDir(), "keys")
		_, err := keys.Rotate(t.Context(), mistaken, false)
		complains(t, err, "LATCHKEY_KEYS_DIR")
		if _, err := os.Stat(mistaken.Dir); err == nil {
			t.Error("it made the directory")
		}
		if got := s.ids(t); !slices.Equal(got, before) {
			t.Errorf("recorded are %v", got)
		}
		if _, err := keys.Rotate(t.Context(), mistaken, true); err != nil { // lost, then
			t.Error(err)
		}
	})
}

// Neither the name, the size nor the time of a file tells whether it can be read.
func TestServerNoticesThatAFileCanBeReadAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		ring := s.open(t)
		path := filepath.Join(s.config.Dir, "signing-"+s.rotate(t, false).Key.ID+".pem")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put := func(text []byte) {
			t.Helper()
			then := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			if err := errors.Join(os.WriteFile(path, text, 0o600), os.Chtimes(path, then, then)); err != nil {
				t.Fatal(err)
			}
			look(t, ring)
		}
		put(bytes.Repeat([]byte("x"), len(text)))
		if ring.Problem() == nil {
			t.Error("it has not noticed that the file can't be read")
		}
		put(text)
		if ring.Problem() != nil {
			t.Errorf("the problem is still %v", ring.Problem())
		}
	})
}

func TestCommandsNeedADatabaseThatHasKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		_, err := keys.Rotate(t.Context(), s.config, true)
		complains(t, err, "no keys are recorded")
		for _, id := range []string{"refresh", "nonsense"} {
			complains(t, keys.Remove(t.Context(), s.config, id, true), "no keys are recorded")
		}
		if _, err := os.Stat(s.config.Dir); err == nil && len(s.files(t)) > 0 {
			t.Errorf("left behind: %v", s.files(t))
		}
		_, err = keys.List(t.Context(), s.config)
		complains(t, err, "no keys are recorded")
	})
}

func TestKeyIsRemovedWhateverElseIsInTheDirectory(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.OpenMigrated(t, testdb.SQLite(t)))
	first := s.open(t).Signing().ID
	rotation := s.rotate(t, true) // at the very moment at which the first began to sign
	made := rotation.Key.ID
	if want := noon.Add(time.Millisecond); !rotation.SignsAt.Equal(want) {
		t.Errorf("signs at %v, want %v", rotation.SignsAt, want)
	}
	s.clock.Advance(time.Millisecond)
	text, err := os.ReadFile(filepath.Join(s.config.Dir, "signing.pem"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "copy.pem", text)
	s.write(t, "broken.pem", nil)
	s.remove(t, first, true)
	if got := s.files(t); !slices.Equal(got, []string{"broken.pem", "refresh.pem", "signing-" + made + ".pem"}) {
		t.Errorf("files %v", got)
	}
}

func TestRemovalsAtOnceLeaveTheKeyThatSigns(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		s.open(t)
		for range 3 {
			s.clock.Advance(second)
			s.rotate(t, true)
		}
		var all sync.WaitGroup
		for _, id := range slices.Repeat(s.ids(t)[:4], 2) {
			all.Go(func() { _ = keys.Remove(t.Context(), s.config, id, true) }) // most have nothing left to remove
		}
		all.Wait()
		if got := s.states(t); len(got) != 2 {
			t.Errorf("left: %v", got)
		}
		s.open(t)
	})
}

// However its looks and an operator's commands fall together.
func TestServerOnTheSameDirectoryNeverMissesAKey(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		ring := s.open(t)
		stop := make(chan struct{})
		var looking sync.WaitGroup
		looks := 0
		looking.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := ring.Look(t.Context()); err != nil || ring.Problem() != nil {
					t.Errorf("%v, %v", err, ring.Problem())
					return
				}
				looks++
			}
		})
		for range 10 {
			old := ring.Signing().ID
			s.clock.Advance(second)
			made := s.rotate(t, true).Key.ID
			for ring.Signing().ID != made && !t.Failed() { // so that each look may be the one that sees it
				if err := t.Context().Err(); err != nil {
					t.Fatal(err)
				}
			}
			s.remove(t, old, true)
			s.remove(t, "refresh", true)
			s.open(t)
		}
		close(stop)
		looking.Wait()
		t.Logf("%d looks", looks)
	})
}

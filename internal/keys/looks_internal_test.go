package keys

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/ent"
	"latchkey/internal/store"
	"latchkey/internal/token"
)

// world is what a Ring sees, and when it looked. All times are since the start.
type world struct {
	*Ring
	mu    sync.Mutex
	start time.Time
	looks []time.Duration
	keys  []*token.Key
	lacks []string // ids that are recorded and missing
	away  error
	takes time.Duration // how long a look takes
	log   bytes.Buffer
}

// inWorld runs a test in a world where time passes only while everybody waits. It begins with one key, and the Ring runs.
func inWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{start: time.Now()}
		w.Ring = newRing(Config{Dir: "DIR", Now: time.Now}, slog.New(slog.NewTextHandler(&w.log, nil)))
		w.load = w.see
		w.add(t)
		if err := w.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.looks = nil
		ctx, stop := context.WithCancel(t.Context())
		go w.Run(ctx)
		test(t, w)
		stop()
		synctest.Wait()
	})
}

// add records a key and returns its kid.
func (w *world) add(t *testing.T) string {
	t.Helper()
	key, err := token.NewKey("EdDSA")
	if err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keys = append(w.keys, key)
	return key.ID
}

// see is a look: it sees what is there when it begins.
func (w *world) see(ctx context.Context, _ *set) (*set, error) {
	w.mu.Lock()
	w.looks = append(w.looks, time.Since(w.start))
	s := &set{recorded: records{refresh: &ent.KeyRecord{ID: RefreshID}}, signing: map[string]*token.Key{}, refresh: token.NewRefreshKey()}
	for _, key := range w.keys {
		s.recorded.signing = append(s.recorded.signing, &ent.KeyRecord{ID: key.ID})
		s.signing[key.ID] = key
	}
	for _, id := range w.lacks {
		s.recorded.signing = append(s.recorded.signing, &ent.KeyRecord{ID: id})
		s.missing = append(s.missing, id)
	}
	takes, away := w.takes, w.away
	w.mu.Unlock()
	select {
	case <-time.After(takes):
		return s, away
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (w *world) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

// looked holds when there were looks.
func (w *world) looked(t *testing.T, want ...time.Duration) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	same := len(w.looks) == len(want)
	for i := range want {
		same = same && w.looks[i] == want[i]
	}
	if !same {
		t.Errorf("looked at %v, want %v", w.looks, want)
	}
}

const unknown = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// verify holds what Verifying answers, and after how long.
func (w *world) verify(t *testing.T, kid string, found bool, after time.Duration) {
	t.Helper()
	begin := time.Now()
	key, err := w.Verifying(t.Context(), kid)
	if err != nil || (key != nil) != found || time.Since(begin) != after {
		t.Errorf("key %v, error %v after %v; want found %v after %v", key, err, time.Since(begin), found, after)
	}
}

func TestLooksEveryFiveSeconds(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		time.Sleep(4 * time.Second)
		id := w.add(t)
		time.Sleep(time.Second)
		synctest.Wait()
		if w.known(id) == nil {
			t.Error("the key was not noticed within 5 s")
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		w.looked(t, 5*time.Second, 10*time.Second, 15*time.Second)
	})
}

func TestUnknownKidIsLookedForAtOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		time.Sleep(2 * time.Second)
		w.verify(t, w.add(t), true, 0)
		w.looked(t, 2*time.Second)
	})
}

func TestKnownKidIsNotLookedFor(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for range 1000 {
			w.verify(t, w.keys[0].ID, true, 0)
		}
		w.looked(t)
	})
}

func TestImplausibleKidIsNotLookedFor(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, kid := range []string{
			"", "signing", unknown[1:], unknown + "A", strings.Replace(unknown, "A", "=", 1), strings.Replace(unknown, "A", "+", 1),
			strings.Replace(unknown, "A", "/", 1), strings.Replace(unknown, "AA", "é", 1), strings.Replace(unknown, "A", "\n", 1),
		} {
			w.verify(t, kid, false, 0)
		}
		w.looked(t)
	})
}

// A thousand callers in ten seconds, half of them for a key that is there after all: one look a second.
func TestUnknownKidsAreLookedForOnceASecondForAllTogether(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var all sync.WaitGroup
		for i := range 1000 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 10 * time.Millisecond)
				kid, found := unknown, i%2 == 0
				if found {
					kid = w.add(t)
				}
				begin := time.Now()
				key, err := w.Verifying(t.Context(), kid)
				if err != nil || (key != nil) != found || time.Since(begin) > time.Second {
					t.Errorf("key %v, error %v after %v", key, err, time.Since(begin))
				}
			})
		}
		all.Wait()
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.looks) < 10 || len(w.looks) > 13 { // two of them because 5 s have passed
			t.Errorf("%d looks in 10 s: %v", len(w.looks), w.looks)
		}
	})
}

// The second one comes when the look has begun: that one can't have seen its key.
func TestLookThatIsUnderWayDoesNotCount(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.set(func() { w.takes = 300 * time.Millisecond })
		var both sync.WaitGroup
		both.Go(func() { w.verify(t, unknown, false, 300*time.Millisecond) })
		both.Go(func() {
			time.Sleep(100 * time.Millisecond)
			w.verify(t, w.add(t), true, 1500*time.Millisecond) // 200 ms of the first, its pause of 1 s, 300 ms of its own
		})
		both.Wait()
		w.looked(t, 0, 1300*time.Millisecond)
	})
}

func TestWhoWaitsForALookWaitsNoLongerThanItMay(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.verify(t, unknown, false, 0)
		ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
		defer cancel()
		begin := time.Now()
		if _, err := w.Verifying(ctx, unknown); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 400*time.Millisecond {
			t.Errorf("error %v after %v", err, time.Since(begin))
		}
		w.verify(t, unknown, false, 600*time.Millisecond) // the others are served all the same
	})
}

func TestLookThatFailsTellsThatNobodyKnows(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.set(func() { w.away = store.ErrUnavailable })
		if key, err := w.Verifying(t.Context(), unknown); key != nil || !store.Unavailable(err) {
			t.Errorf("key %v, error %v", key, err)
		}
		w.set(func() { w.away, w.takes = nil, time.Minute }) // it hangs
		if key, err := w.Verifying(t.Context(), unknown); key != nil || !store.Unavailable(err) {
			t.Errorf("key %v, error %v", key, err)
		}
		w.verify(t, w.keys[0].ID, true, 0)
	})
}

func TestRecordedKeyThatIsMissingIsNotTakenForUnknown(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.set(func() { w.lacks = []string{unknown} })
		if key, err := w.Verifying(t.Context(), unknown); key != nil || !store.Unavailable(err) {
			t.Errorf("key %v, error %v", key, err)
		}
		w.verify(t, strings.Replace(unknown, "A", "B", 1), false, time.Second)
	})
}

func TestRemovedKeyIsUnknownAtTheNextLook(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		id := w.keys[0].ID
		w.add(t)
		w.set(func() { w.keys = w.keys[1:] })
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if w.known(id) != nil {
			t.Error("it is still known")
		}
		w.verify(t, id, false, time.Second)
	})
}

func TestReadyLooksAgainWhileThereIsAProblem(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for range 100 {
			if err := w.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.looked(t)
		w.set(func() { w.lacks = []string{unknown} })
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if err := w.Ready(t.Context()); err == nil {
			t.Error("ready without a key")
		}
		w.set(func() { w.lacks = nil })
		if err := w.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		w.looked(t, 5*time.Second, 6*time.Second, 7*time.Second)
	})
}

func TestProblemIsLoggedOnceForEachChange(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		logged := func(what string, change func(), want string) {
			t.Helper()
			w.set(change)
			time.Sleep(time.Minute)
			synctest.Wait()
			got := regexp.MustCompile(`(?m)^.* msg=audit .*\n`).ReplaceAllString(w.log.String(), "") // events are lines of their own
			if strings.Count(got, "\n") != 1 || !strings.Contains(got, want) {
				t.Errorf("%s: logged %q, want one line with %q", what, got, want)
			}
			w.log.Reset()
		}
		logged("a key is missing", func() { w.lacks = []string{unknown} }, unknown)
		logged("the database is away", func() { w.away = store.ErrUnavailable }, "can't be looked at")
		logged("it is back", func() { w.away = nil }, unknown)
		logged("the key is there", func() { w.lacks = nil }, "are those of the database")
	})
}

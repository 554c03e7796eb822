package password_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"latchkey/internal/password"
)

// stopwatch is a clock on which each trial takes the next of these times.
type stopwatch struct {
	t     testing.TB
	now   time.Time
	takes []time.Duration
	begun bool
}

func (w *stopwatch) Now() time.Time {
	if w.begun = !w.begun; !w.begun {
		if len(w.takes) == 0 {
			w.t.Fatal("one trial more")
		}
		w.now, w.takes = w.now.Add(w.takes[0]), w.takes[1:]
	}
	return w.now
}

func TestGauge(t *testing.T) {
	t.Parallel()
	const half = 500 * time.Millisecond
	for _, c := range []struct {
		name  string
		takes []time.Duration
		fine  bool
	}{
		{"accepts what takes 500 ms", []time.Duration{half}, true},
		{"refuses what takes longer three times", []time.Duration{half + 1, half + 1, half + 1}, false},
		{"accepts what took longer once, on a busy machine", []time.Duration{time.Hour, half}, true},
		{"accepts what took longer twice", []time.Duration{time.Hour, time.Hour, half}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			watch := &stopwatch{t: t, takes: c.takes}
			gauge := password.NewGauge(watch.Now)
			for range 3 { // and remembers
				err := gauge.Affordable(in2b)
				if fine := err == nil; fine != c.fine {
					t.Errorf("%v", err)
				}
				if err != nil && !strings.Contains(err.Error(), "500 ms") {
					t.Errorf("the reason is %q", err)
				}
			}
			if len(watch.takes) != 0 {
				t.Errorf("%d trials less", len(watch.takes))
			}
		})
	}
}

func TestGaugeTriesEachCostOnce(t *testing.T) {
	t.Parallel()
	trials := 0
	gauge := password.NewGauge(func() time.Time { trials++; return time.Time{} })
	for _, c := range []struct {
		hash  string
		tried int
	}{
		{in2b, 1},
		{strings.Replace(in2b, "CC", "CD", 1), 1},
		{strings.Replace(in2b, "$05", "$06", 1), 2},
		{in2b, 2},
		{"$argon2id$v=19$m=8,t=1,p=1$" + salt16 + "$" + key32, 3},
		{"$argon2i$v=19$m=8,t=1,p=1$" + salt16 + "$" + key32, 4},
		{"$argon2id$v=19$m=8,t=2,p=1$" + salt16 + "$" + key32, 5},
		{"$scrypt$ln=4,r=1,p=1$" + salt16 + "$" + key32, 6},
		{"$scrypt$ln=4,r=1,p=2$" + salt16 + "$" + key32, 7},
		{"$pbkdf2$1000$" + salt16 + "$" + key32, 8},
		{"$pbkdf2-sha256$1000$" + salt16 + "$" + key32, 9},
		{"$pbkdf2-sha256$1000$" + salt16 + "$" + key32[:40] + key32, 10}, // another block
		{"$pbkdf2-sha256$1001$" + salt16 + "$" + key32, 11},
		{"$5$saltsalt$" + key32, 12},
		{"$5$rounds=5000$saltsalt$" + key32, 12},
		{"$5$rounds=5001$saltsalt$" + key32, 13},
	} {
		if err := gauge.Affordable(c.hash); err != nil {
			t.Errorf("%s: %v", c.hash, err)
		}
		if trials != 2*c.tried {
			t.Errorf("%s: looked at the clock %d times, want %d", c.hash, trials, 2*c.tried)
		}
	}
}

func TestGaugeRemembersABoundedNumber(t *testing.T) {
	t.Parallel()
	gauge := password.NewGauge(func() time.Time { return time.Time{} })
	for rounds := range 1500 {
		if err := gauge.Affordable(fmt.Sprintf("$pbkdf2-sha256$%d$%s$%s", 1000+rounds, salt16, key32)); err != nil {
			t.Fatal(err)
		}
	}
	if got := password.Known(gauge); got > 1000 {
		t.Errorf("remembers %d", got)
	}
}

func TestGaugeRefusesWithoutATrialWhatIsOutOfBounds(t *testing.T) {
	t.Parallel()
	gauge := password.NewGauge((&stopwatch{t: t}).Now)
	if err := gauge.Affordable("$argon2id$v=19$m=65537,t=1,p=1$" + salt16 + "$" + key32); err == nil {
		t.Error("accepted")
	}
}

package metrics_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/internal/audit"
	"latchkey/internal/metrics"
	"latchkey/internal/testhost"
)

// read returns what Prometheus would read.
func read(t testing.TB, m *metrics.Metrics) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	m.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if recorder.Code != http.StatusOK {
		t.Fatalf("status %d: %s", recorder.Code, recorder.Body)
	}
	return recorder.Body.String()
}

// everything has been done on a server with these metrics.
func everything(t testing.TB) *metrics.Metrics {
	t.Helper()
	m := metrics.New()
	now := testhost.NewClock(time.Unix(0, 0)).Now
	m.HashQueue(func() (int, int) { return 3, 2 }, now)
	m.Rows(func(context.Context) (int, int, error) { return 5, 7, nil }, now, slog.New(slog.DiscardHandler))
	m.Copy(func() bool { return true })
	m.Observe("me", "OK", time.Second)
	m.GraphQLRefused("depth")
	m.Event(audit.Event{Name: audit.RequestThrottled, Limit: "address"})
	return m
}

func TestTheOperationsGuideListsEveryMetricOfOurs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	names := func(pattern, text string) (found []string) {
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			found = append(found, match[1])
		}
		slices.Sort(found)
		return found
	}
	listed := names("(?m)^\\| `(latchkey_[a-z_]+)` \\|", string(text))
	served := names("(?m)^# TYPE (latchkey_[a-z_]+) ", read(t, everything(t)))
	if !slices.Equal(listed, served) {
		t.Errorf("docs/operations.md lists\n%v, served are\n%v", listed, served)
	}
}

func TestEveryEventThatIsCountedMovesItsCounter(t *testing.T) {
	t.Parallel()
	for line, event := range map[string]audit.Event{
		`latchkey_logins_total{result="succeeded"} 1`:                 {Name: audit.LoginSucceeded},
		`latchkey_logins_total{result="failed"} 1`:                    {Name: audit.LoginFailed, Reason: audit.UnknownUser},
		`latchkey_sessions_opened_total{reason="signup"} 1`:           {Name: audit.UserSignedUp},
		`latchkey_sessions_opened_total{reason="login"} 1`:            {Name: audit.LoginSucceeded},
		`latchkey_sessions_opened_total{reason="password_changed"} 1`: {Name: audit.SessionOpened, Reason: audit.PasswordChanged},
		`latchkey_sessions_ended_total{reason="refresh_reused"} 1`:    {Name: audit.SessionEnded, Reason: audit.RefreshReused},
		`latchkey_throttled_total{limit="identifier"} 1`:              {Name: audit.RequestThrottled, Limit: "identifier"},
	} {
		m := metrics.New()
		before := strings.Replace(line, "} 1", "} 0", 1) + "\n"
		if got := read(t, m); !strings.Contains(got, before) && event.Limit == "" {
			t.Errorf("no %s at the start", before)
		}
		m.Event(event)
		if got := read(t, m); !strings.Contains(got, line+"\n") {
			t.Errorf("no %s after %s in\n%s", line, event.Name, got)
		}
	}
}

func TestAccountsAndSessionsAreCountedOnceInFiveMinutesAndNeverStale(t *testing.T) {
	t.Parallel()
	m, clock, log := metrics.New(), testhost.NewClock(time.Unix(0, 0)), &testhost.Log{}
	counted, failure := 0, error(nil)
	m.Rows(func(ctx context.Context) (int, int, error) {
		if _, limited := ctx.Deadline(); !limited {
			t.Error("a database that hangs would keep Prometheus waiting")
		}
		counted++
		return counted, 10 * counted, failure
	}, clock.Now, slog.New(slog.NewJSONHandler(log, nil)))
	expect := func(want string) {
		t.Helper()
		got := strings.Join(regexp.MustCompile(`(?m)^latchkey_(users|sessions) .*`).FindAllString(read(t, m), -1), " ")
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	expect("latchkey_sessions 10 latchkey_users 1")
	clock.Advance(5*time.Minute - time.Millisecond)
	expect("latchkey_sessions 10 latchkey_users 1")
	clock.Advance(time.Millisecond)
	expect("latchkey_sessions 20 latchkey_users 2")
	failure = errors.New("away")
	clock.Advance(5 * time.Minute)
	expect("")
	expect("")
	if log.Count("away") != 1 || counted != 3 {
		t.Errorf("counted %d times; logged %s", counted, log)
	}
	failure = nil
	clock.Advance(5 * time.Minute)
	expect("latchkey_sessions 40 latchkey_users 4")
}

func TestTheWaitForAHashIsMeasuredAndWhoIsTurnedAwayIsCounted(t *testing.T) {
	t.Parallel()
	m, clock := metrics.New(), testhost.NewClock(time.Unix(0, 0))
	joined := m.HashQueue(func() (int, int) { return 3, 2 }, clock.Now)
	first, second := joined(), joined()
	clock.Advance(75 * time.Millisecond)
	first(true)
	second(false)
	for _, want := range []string{
		`latchkey_hash_wait_seconds_bucket{le="0.05"} 0`, `latchkey_hash_wait_seconds_bucket{le="0.1"} 1`, "latchkey_hash_wait_seconds_count 1",
		"latchkey_hash_turned_away_total 1", "latchkey_hashes_waiting 3", "latchkey_hashes_running 2",
	} {
		if got := read(t, m); !strings.Contains(got, want+"\n") {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

func TestObservingARequestAllocatesNothing(t *testing.T) { // not parallel: allocations are those of the process
	m := metrics.New()
	m.Observe("me", "OK", 0)
	if n := testing.AllocsPerRun(1000, func() { m.Observe("me", "OK", time.Millisecond) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkObserve(b *testing.B) {
	m := metrics.New()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			m.Observe("me", "OK", time.Millisecond)
		}
	})
}

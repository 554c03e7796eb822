package server_test

import (
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"latchkey/internal/config"
	"latchkey/internal/testdb"
	"latchkey/internal/testleak"
)

// onBothWatched is onBoth with metrics.
func onBothWatched(t *testing.T, story func(t *testing.T, s *testServer)) {
	t.Helper()
	onBoth(t, story, withMetrics)
}

func withMetrics(c *config.Config) { c.MetricsAddr = "127.0.0.1:0" }

// metricsURL is where the log says that they are.
func (s *testServer) metricsURL(t testing.TB) string {
	t.Helper()
	found := regexp.MustCompile(`"metrics":"(http://127.0.0.1:\d+/metrics)"`).FindStringSubmatch(s.log.String())
	if found == nil {
		t.Fatalf("the log does not tell where the metrics are: %s", s.log)
	}
	return found[1]
}

// metrics are the values of all series, as Prometheus reads them.
func (s *testServer) metrics(t testing.TB) map[string]float64 {
	t.Helper()
	values := map[string]float64{}
	for line := range strings.Lines(s.scrape(t)) {
		if series, value, ok := strings.Cut(strings.TrimSpace(line), "} "); ok {
			values[series+"}"], _ = strconv.ParseFloat(value, 64)
		} else if series, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && series != "#" {
			values[series], _ = strconv.ParseFloat(value, 64)
		}
	}
	return values
}

func (s *testServer) scrape(t testing.TB) string {
	t.Helper()
	response, err := testleak.Client(t).Get(s.metricsURL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v: %s", response.StatusCode, err, text)
	}
	testleak.Text(t, "the metrics", string(text))
	return string(text)
}

// moves holds that these series of ours, each as name{labels} +by, move while do runs. Of the others that are named in among, none may.
func (s *testServer) moves(t testing.TB, among string, do func(), want ...string) {
	t.Helper()
	before := s.metrics(t)
	do()
	var moved []string
	for series, value := range s.metrics(t) {
		if by := value - before[series]; by != 0 && regexp.MustCompile(among).MatchString(series) {
			moved = append(moved, series+" +"+strconv.FormatFloat(by, 'g', -1, 64))
		}
	}
	slices.Sort(moved)
	slices.Sort(want)
	if !slices.Equal(moved, want) {
		t.Errorf("moved\n  %s\nwant\n  %s", strings.Join(moved, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestRequestsAreCountedByRootFieldAndCode(t *testing.T) {
	onBothWatched(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.join(t, "broken@example.org")
		s.exec(t, "UPDATE users SET password_hash = 'broken' WHERE email = 'broken@example.org'")
		ask := func(accessToken, query string, variables vars) func() {
			return func() { s.ask(t, accessToken, query, variables) }
		}
		for _, c := range []struct {
			do              func()
			operation, code string
		}{
			{ask(ada.token, me, nil), "me", "OK"},
			{ask("", me, nil), "me", "UNAUTHENTICATED"},
			{ask(ada.token, "query hopper { aliased: me { id } }", nil), "me", "OK"},
			{ask(ada.token, "{ a: me { id } b: me { id } }", nil), "me", "OK"},
			{ask(ada.token, "{ ...F __typename } fragment F on Query { me { id } }", nil), "me", "OK"},
			{ask(ada.token, `{ me { id } node(id: "hopper") { id } }`, nil), "several", "OK"},
			{ask("", "{ __typename }", nil), "introspection", "OK"},
			{ask("", "{ __schema { queryType { name } } }", nil), "introspection", "OK"},
			{ask("", signup, input(vars{"email": "ada@example.org", "password": secret})), "signup", "EMAIL_TAKEN"},
			{ask("", login, input(vars{"identifier": "hopper", "password": secret})), "login", "INVALID_CREDENTIALS"},
			{ask("", login, input(vars{"identifier": "broken@example.org", "password": secret})), "login", "INTERNAL"},
			{ask("", login, input(vars{"identifier": 1})), "invalid", "GRAPHQL_VALIDATION_FAILED"},
			{ask("", "{ hopper }", nil), "invalid", "GRAPHQL_VALIDATION_FAILED"},
			{ask("", "{ hopper", nil), "invalid", "GRAPHQL_PARSE_FAILED"},
			{func() { s.post(t, http.Header{}, []byte("hopper")) }, "invalid", "BAD_REQUEST"},
			{func() { s.send(t, http.MethodGet, "/graphql?query=mutation{logout{endedSessionIds}}", nil, nil) }, "invalid", "BAD_REQUEST"},
		} {
			s.moves(t, `^latchkey_graphql_requests_total|^latchkey_graphql_request_duration_seconds_count`, c.do,
				`latchkey_graphql_requests_total{code="`+c.code+`",operation="`+c.operation+`"} +1`,
				`latchkey_graphql_request_duration_seconds_count{operation="`+c.operation+`"} +1`)
		}
		if text := s.scrape(t); strings.Contains(text, "hopper") || strings.Contains(text, "example") || strings.Contains(text, secret) {
			t.Errorf("the metrics repeat what was sent: %s", text)
		}
	})
}

func TestSessionsLogInsAndHashesAreCounted(t *testing.T) {
	onBothWatched(t, func(t *testing.T, s *testServer) {
		const ours = `^latchkey_(sessions|logins|users|hash_wait_seconds_count|hash_turned)`
		opened := func(how string) string { return `latchkey_sessions_opened_total{reason="` + how + `"} +1` }
		const hashed = "latchkey_hash_wait_seconds_count +"
		var ada member
		s.moves(t, ours, func() { ada = s.join(t, "ada@example.org") }, opened("signup"), hashed+"1")
		var second string
		s.moves(t, ours, func() { second = s.login(t, "ada@example.org", secret) }, opened("login"), hashed+"1", `latchkey_logins_total{result="succeeded"} +1`)
		s.moves(t, ours, func() { s.ask(t, "", login, input(vars{"identifier": "ada", "password": secret})) }, hashed+"1", `latchkey_logins_total{result="failed"} +1`)
		s.moves(t, ours, func() { s.clock.Advance(5 * time.Minute) }, "latchkey_users +1", "latchkey_sessions +2")
		s.moves(t, ours, func() { s.ask(t, second, logout, vars{"scope": "CURRENT"}).ok(t) }, `latchkey_sessions_ended_total{reason="logout"} +1`)
		s.moves(t, ours, func() { s.clock.Advance(5 * time.Minute) }, "latchkey_sessions +-1")
		s.moves(t, ours, func() {
			s.ask(t, ada.token, update, input(vars{"newPassword": other, "currentPassword": secret})).ok(t)
		}, opened("password_changed"), `latchkey_sessions_ended_total{reason="password_changed"} +1`, hashed+"2")
	})
}

func TestPoolsOfConnectionsAreWatched(t *testing.T) {
	onBothWatched(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		pools := []string{"read", "write"}
		if strings.HasPrefix(s.config.DatabaseURL, "mysql:") {
			pools = []string{"migrations", "requests", "watch"}
		}
		eventually(t, func() bool { // the watch has one soon
			var watched []string
			for series, value := range s.metrics(t) {
				if found := regexp.MustCompile(`^go_sql_open_connections{db_name="(\w+)"}$`).FindStringSubmatch(series); found != nil && value > 0 {
					watched = append(watched, found[1])
				}
			}
			slices.Sort(watched)
			return slices.Equal(watched, pools)
		})
	})
}

func TestWhetherTheCopyInRedisIsCompleteIsAMetric(t *testing.T) {
	t.Parallel()
	r := testdb.NewRedis(t)
	s := start(t, testdb.SQLite(t), withMetrics, func(c *config.Config) { c.RedisURL = r.URL })
	complete := func() float64 { return s.metrics(t)["latchkey_blocked_copy_complete"] }
	eventually(t, func() bool { return complete() == 1 })
	r.Kill()
	eventually(t, func() bool { return complete() == 0 })
	r.Start()
	eventually(t, func() bool { return complete() == 1 })
}

func TestEveryMetricOfOursThatAServerServesIsInTheOperationsGuide(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, testdb.SQLite(t), withMetrics)
	names := map[string]bool{}
	for _, found := range regexp.MustCompile(`(?m)^# TYPE (\w+) `).FindAllStringSubmatch(s.scrape(t), -1) {
		names[found[1]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		library, _, _ := strings.Cut(name, "_")
		if row := "| `" + name + "` |"; library == "latchkey" && !strings.Contains(string(guide), row) {
			t.Errorf("docs/operations.md has no row %s", row)
		} else if !slices.Contains([]string{"latchkey", "go", "process"}, library) {
			t.Errorf("whose is %s?", name)
		}
	}
	for _, name := range []string{"latchkey_users", "latchkey_throttled_total", "latchkey_graphql_refused_total", "go_goroutines", "go_build_info", "process_start_time_seconds"} {
		if !names[name] {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestMetricsAreServedAtTheirOwnAddressOnly(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t), withMetrics)
	if a := s.send(t, http.MethodGet, "/metrics", nil, nil); strings.Contains(a.body, "latchkey_") {
		t.Errorf("status %d on the main address: %s", a.status, a.body)
	}
	url := s.metricsURL(t)
	for path, want := range map[string]int{"/graphql": http.StatusNotFound, "/": http.StatusNotFound, "/metrics": http.StatusOK} {
		response, err := http.Get(strings.TrimSuffix(url, "/metrics") + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close() //nolint:errcheck // only the status counts
		if response.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, response.StatusCode, want)
		}
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if response, err := http.Get(url); err == nil {
		response.Body.Close() //nolint:errcheck // there should be none
		t.Error("metrics are served after the end")
	}
	off := start(t, testdb.SQLite(t))
	if strings.Contains(off.log.String(), `"metrics"`) {
		t.Error("metrics that are off are somewhere")
	}
}

func TestWhatALimitRefusesIsCounted(t *testing.T) {
	onBothWatched(t, func(t *testing.T, s *testServer) {
		s.moves(t, `^latchkey_graphql_refused`, func() {
			s.ask(t, "", "{"+strings.Repeat(" me {", 20)+" id "+strings.Repeat("}", 21), nil).refused(t, "OPERATION_TOO_COMPLEX")
		}, `latchkey_graphql_refused_total{limit="depth"} +1`)
	})
}

package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/ent"
	"latchkey/internal/config"
	"latchkey/internal/password"
	"latchkey/internal/server"
	"latchkey/internal/testdb"
	"latchkey/internal/testhost"
	"latchkey/internal/testleak"
)

// onBoth runs a story twice, each time with a server and a database of its own: on SQLite and on MariaDB.
func onBoth(t *testing.T, story func(t *testing.T, s *testServer), changes ...func(*config.Config)) {
	t.Helper()
	onBothStarted(t, story, func(t *testing.T, databaseURL string) *testServer { return start(t, databaseURL, changes...) })
}

// onBothAtFullCost is onBoth for stories in which a hash has to be as it is for people, or to take as long.
func onBothAtFullCost(t *testing.T, story func(t *testing.T, s *testServer)) {
	t.Helper()
	onBothStarted(t, story, func(t *testing.T, databaseURL string) *testServer {
		return startOn(t, defaults(t, databaseURL), noLimit, password.Recommended)
	})
}

func onBothStarted(t *testing.T, story func(*testing.T, *testServer), start func(*testing.T, string) *testServer) {
	t.Helper()
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			story(t, start(t, kind.URL(t)))
		})
	}
}

// testServer is a running server.
type testServer struct {
	url    string
	client *http.Client
	config config.Config
	clock  *testhost.Clock
	log    *testhost.Log
	stop   func() error // ends it and returns what Run returned
}

// defaults are those of the command line, but for where everything is.
func defaults(t testing.TB, databaseURL string) config.Config {
	return config.Config{
		Addr:          "127.0.0.1:0",
		MetricsAddr:   "off",
		DatabaseURL:   databaseURL,
		KeysDir:       filepath.Join(t.TempDir(), "keys"),
		Issuer:        "http://localhost:8080",
		Audience:      "latchkey",
		JWTAlg:        "ES256",
		AccessTTL:     15 * time.Minute,
		RefreshTTL:    30 * 24 * time.Hour,
		SessionTTL:    90 * 24 * time.Hour,
		RefreshGrace:  30 * time.Second,
		PasswordMin:   8,
		RateLimit:     "off", // but for stories about it
		Signup:        "open",
		Introspection: true,
		Playground:    true,
		AutoMigrate:   true,
	}
}

func start(t testing.TB, databaseURL string, changes ...func(*config.Config)) *testServer {
	t.Helper()
	c := defaults(t, databaseURL)
	for _, change := range changes {
		change(&c)
	}
	return startWith(t, c)
}

// noLimit is longer than any operation takes, however busy the machine is.
const noLimit = 5 * time.Minute

// startWith runs a server until the end of the test, or until stop. Its hashes cost next to nothing.
func startWith(t testing.TB, c config.Config) *testServer {
	t.Helper()
	return startOn(t, c, noLimit, testhost.CheapHash)
}

// startOn is startWith with a limit for each operation, and with the cost of a hash.
func startOn(t testing.TB, c config.Config, limit time.Duration, cost password.Cost) *testServer {
	t.Helper()
	return startHost(t, c, server.Host{Timeout: limit, HashCost: cost})
}

// startHost is startOn with what the host says too, but for its log and its clock.
func startHost(t testing.TB, c config.Config, host server.Host) *testServer {
	t.Helper()
	s := &testServer{
		client: testleak.Client(t), config: c, clock: testhost.NewClock(time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)), log: &testhost.Log{},
	}
	testleak.Server(t, s.log.String, c.DatabaseURL, c.KeysDir)
	ctx, cancel := context.WithCancel(context.Background())
	ready := make(chan net.Addr, 1)
	ended := make(chan error, 1)
	host.Log = slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	host.Now = s.clock.Now
	host.Ready = func(addr net.Addr) { ready <- addr }
	go func() { ended <- server.Run(ctx, c, host) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	select {
	case addr := <-ready:
		s.url = "http://" + addr.String()
		if c.TLSCert != "" {
			s.url = "https://" + addr.String()
		}
	case err := <-ended:
		t.Fatalf("the server did not start: %v", err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("the server did not end well: %v", err)
		}
	})
	return s
}

// inDatabase changes the database behind the server's back, as an operator's command would.
func (s *testServer) inDatabase(t testing.TB, change func(ctx context.Context, tx *ent.Tx) error) {
	t.Helper()
	err := testdb.Open(t, s.config.DatabaseURL).Tx(t.Context(), func(tx *ent.Tx) error { return change(t.Context(), tx) })
	if err != nil {
		t.Fatal(err)
	}
}

// vars are an operation's variables.
type vars map[string]any

// input are the variables of an operation with an $input.
func input(fields vars) vars { return vars{"input": fields} }

// answer is a response.
type answer struct {
	status int
	header http.Header
	body   string
	Data   map[string]any
	Errors []graphError
}

type graphError struct {
	Message    string
	Path       []any
	Extensions map[string]any
}

// ask sends an operation, with an access token unless it is "".
func (s *testServer) ask(t testing.TB, accessToken, query string, variables vars) *answer {
	t.Helper()
	header := http.Header{}
	if accessToken != "" {
		header.Set("Authorization", "Bearer "+accessToken)
	}
	return s.askWith(t, header, query, variables)
}

func (s *testServer) askWith(t testing.TB, header http.Header, query string, variables vars) *answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return s.post(t, header, body)
}

func (s *testServer) post(t testing.TB, header http.Header, body []byte) *answer {
	t.Helper()
	header = header.Clone()
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	return s.send(t, http.MethodPost, "/graphql", header, body)
}

func (s *testServer) send(t testing.TB, method, path string, header http.Header, body []byte) *answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := &answer{status: response.StatusCode, header: response.Header, body: string(text)}
	if strings.Contains(response.Header.Get("Content-Type"), "json") && method != http.MethodHead {
		if err := json.Unmarshal(text, a); err != nil {
			t.Fatalf("not JSON: %v: %s", err, text)
		}
	}
	return a
}

// ok fails the test if there are errors, and returns the answer.
func (a *answer) ok(t testing.TB) *answer {
	t.Helper()
	if a.status != http.StatusOK || len(a.Errors) > 0 {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	return a
}

// at returns the value at a path such as "login.user.id", as text.
func (a *answer) at(t testing.TB, path string) string {
	t.Helper()
	var value any = a.Data
	for key := range strings.SplitSeq(path, ".") {
		object, ok := value.(map[string]any)
		if !ok {
			t.Fatalf("there is no %s in %s", path, a.body)
		}
		value = object[key]
	}
	return fmt.Sprint(value)
}

// refused fails the test unless the errors are exactly these: each a code, or a code and what follows it in extensions
// ("BAD_USER_INPUT field=input.email reason=BLANK").
func (a *answer) refused(t testing.TB, want ...string) *answer {
	t.Helper()
	var got []string
	for _, e := range a.Errors {
		text := fmt.Sprint(e.Extensions["code"])
		for _, key := range []string{"field", "reason", "min", "max", "retryAfter"} {
			if value, ok := e.Extensions[key]; ok {
				text += fmt.Sprintf(" %s=%v", key, value)
			}
		}
		got = append(got, text)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("refused with\n  %s\nwant\n  %s\nin %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "), a.body)
	}
	return a
}

const (
	signup = `mutation ($input: SignupInput!) { signup(input: $input) {
		accessToken refreshToken expiresIn user { id email username name role disabled createdAt updatedAt } } }`
	login = `mutation ($input: LoginInput!) { login(input: $input) {
		accessToken refreshToken expiresIn user { id email username } } }`
	refresh = `mutation ($token: String) { refreshToken(token: $token) {
		accessToken refreshToken expiresIn user { id email sessions { id current createdAt lastUsedAt expiresAt } } } }`
	logout = `mutation ($scope: LogoutScope!) { logout(scope: $scope) { endedSessionIds } }`
	me     = `{ me { id email username name role disabled createdAt updatedAt } }`
	update = `mutation ($input: UpdateUserInput!) { updateUser(input: $input) {
		user { id email username name updatedAt } auth { accessToken expiresIn user { id } } } }`
	remove   = `mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deletedUserId } }`
	validate = `query ($token: String!) { validateToken(token: $token) { active reason userId sessionId expiresAt } }`
)

// secret is the password of everyone whose password does not matter.
const secret = "correct horse battery"

// member is someone who has signed up.
type member struct{ id, token, refresh string }

// join signs someone up.
func (s *testServer) join(t testing.TB, email string) member {
	t.Helper()
	a := s.ask(t, "", signup, input(vars{"email": email, "password": secret})).ok(t)
	return member{id: a.at(t, "signup.user.id"), token: a.at(t, "signup.accessToken"), refresh: a.at(t, "signup.refreshToken")}
}

// refresh exchanges a refresh token.
func (s *testServer) refresh(t testing.TB, refreshToken string) *answer {
	t.Helper()
	return s.ask(t, "", refresh, vars{"token": refreshToken})
}

// login opens another session.
func (s *testServer) login(t testing.TB, identifier, password string) string {
	t.Helper()
	return s.ask(t, "", login, input(vars{"identifier": identifier, "password": password})).ok(t).at(t, "login.accessToken")
}

// sessionOf is the session that a token belongs to.
func (s *testServer) sessionOf(t testing.TB, accessToken string) string {
	t.Helper()
	return s.ask(t, "", validate, vars{"token": accessToken}).ok(t).at(t, "validateToken.sessionId")
}

const (
	revoked        = "UNAUTHENTICATED reason=REVOKED"
	invalidRefresh = "INVALID_REFRESH_TOKEN"
	reused         = "REFRESH_TOKEN_REUSED"
)

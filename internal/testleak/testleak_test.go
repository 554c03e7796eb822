package testleak_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/testdb"
	"latchkey/internal/testleak"
)

// spy is a test that only notes that it has failed.
type spy struct {
	testing.TB
	cleanups []func()
	failures []string
}

func (s *spy) Helper()          {}
func (s *spy) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }
func (s *spy) Errorf(format string, args ...any) {
	s.failures = append(s.failures, fmt.Sprintf(format, args...))
}

func (s *spy) end() {
	for _, f := range s.cleanups {
		f()
	}
}

// expect holds that there is one failure for each of these texts, and no other.
func (s *spy) expect(t *testing.T, want ...string) {
	t.Helper()
	if len(s.failures) != len(want) {
		t.Errorf("found %q, want %q", s.failures, want)
		return
	}
	for i, text := range want {
		if !strings.HasPrefix(s.failures[i], text) {
			t.Errorf("found %q, want %q", s.failures[i], text)
		}
	}
}

const (
	header = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTkzNSJ9"
	logIn  = `{"query":"mutation ($x: LoginInput!) { login(input: $x) { accessToken } }","variables":{"x":{"password":%q}}}`
)

// leaky answers with these words of the request, and writes them into its log.
func leaky(log *strings.Builder, status int, answer func(r *http.Request, body string) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		text := answer(r, string(body))
		log.WriteString(text + "\n")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	})
}

func TestALeakIsFoundInTheLogAndInTheError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		authorization, body string
		answer              func(r *http.Request, body string) string
		want                []string // in the answer, and then in the log
	}{
		"a password of a variable": {"", fmt.Sprintf(logIn, "battery staple 1"), func(*http.Request, string) string {
			return `{"errors":[{"message":"battery staple 1 is wrong"}]}`
		}, []string{"an error has a password", "the log has a password"}},
		"a password of a document": {"", `{"query":"mutation { login(input: {password: \"battery staple 2\"}) { expiresIn } }"}`, func(*http.Request, string) string {
			return `{"errors":[{"message":"battery staple 2 is wrong"}]}`
		}, []string{"an error has a password", "the log has a password"}},
		"a header": {"Bearer " + header + ".c2lnbmF0dXJlLTEtc2lnbmF0dXJl", "", func(r *http.Request, _ string) string {
			return `{"errors":[{"message":"` + r.Header.Get("Authorization") + `"}]}`
		}, []string{"an error has an access token", "an error has an access token", "the log has an access token", "the log has an access token"}},
		"only the signature": {"Bearer " + header + ".c2lnbmF0dXJlLTItc2lnbmF0dXJl", "", func(*http.Request, string) string {
			return `{"errors":[{"message":"c2lnbmF0dXJlLTItc2lnbmF0dXJl"}]}`
		}, []string{"an error has an access token", "the log has an access token"}},
		"a body that is no JSON": {"", `{"password":"battery staple 3"`, func(_ *http.Request, body string) string {
			return `{"errors":[` + `{"message":"` + url.QueryEscape(body) + `"}]}`
		}, []string{"an error has a password", "the log has a password"}},
		"a token of data is no leak, but for the log": {"", "", func(*http.Request, string) string {
			return `{"data":{"login":{"accessToken":"` + header + `.c2lnbmF0dXJlLTMtc2lnbmF0dXJl"}}}`
		}, []string{"the log has an access token", "the log has an access token"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, found := &strings.Builder{}, &spy{TB: t}
			testleak.Log(found, log.String)
			server := httptest.NewServer(leaky(log, http.StatusOK, c.answer))
			defer server.Close()
			r, err := http.NewRequest(http.MethodPost, server.URL, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", c.authorization)
			response, err := testleak.Client(found).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(response.Body)
			if err != nil || string(text)+"\n" != log.String() {
				t.Errorf("answered %q, %v", text, err)
			}
			found.end()
			found.expect(t, c.want...)

			log.Reset()
			again := &spy{TB: t} // the same without a connection
			testleak.Log(again, log.String)
			r.Body = io.NopCloser(strings.NewReader(c.body))
			testleak.Handler(again, leaky(log, http.StatusOK, c.answer)).ServeHTTP(httptest.NewRecorder(), r)
			again.end()
			again.expect(t, c.want...)
		})
	}
}

func TestAnErrorThatIsTextIsSearchedWhole(t *testing.T) {
	t.Parallel()
	const sent = `{"password":"battery staple 4"}`
	for status, want := range map[int][]string{http.StatusOK: nil, http.StatusBadGateway: {"an answer has a password"}} {
		found := &spy{TB: t}
		handler := leaky(&strings.Builder{}, status, func(*http.Request, string) string { return "what of battery staple 4?" })
		testleak.Handler(found, handler).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(sent)))
		found.expect(t, want...)
	}
}

func TestHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	const secret = "Straße & <battery> \"5\"\n"
	testleak.Secret("a secret", secret)
	for _, text := range []string{
		secret, fmt.Sprintf("%q", secret), `Straße & <battery> \"5\"\n`, `Straße \u0026 \u003cbattery\u003e \"5\"\n`,
		url.QueryEscape(secret), url.PathEscape(secret), hex.EncodeToString([]byte(secret)), fmt.Sprintf("%X", secret),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret)), fmt.Sprintf("%d", []byte(secret)),
	} {
		found := &spy{TB: t}
		testleak.Text(found, "it", "one line\nbefore "+text+" after\nanother")
		found.expect(t, "it has a secret")
	}
}

func TestWhatCouldBeSomethingElseIsNoSecret(t *testing.T) {
	t.Parallel()
	for _, plain := range []string{"short 7", "password", "            ", "x1x1x1x1x1x1", "019abcde-0000-7000-8000-0123456789ab", ""} {
		testleak.Secret("a secret", plain)
		found := &spy{TB: t}
		testleak.Text(found, "it", plain)
		found.expect(t)
	}
}

// Hashes are found though the test has never seen them, and so are keys.
func TestRowsAndKeysOfAServerAreKnown(t *testing.T) {
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			database, dir := kind.URL(t), t.TempDir()
			testdb.OpenMigrated(t, database)
			testdb.Fill(t, database, "users", []string{"id", "username", "password_hash", "role", "disabled", "credential_version", "created_at", "updated_at"}, 1,
				func(int) []any {
					return []any{"019abcde-0000-7000-8000-0123456789ab", "ada", "$5$" + kind.Name, "USER", false, 1, "2026-11-22 12:00:00", "2026-11-22 12:00:00"}
				})
			key := pem.EncodeToMemory(&pem.Block{Type: "KEY", Bytes: []byte("32 bytes that nobody else " + kind.Name)})
			if err := os.WriteFile(filepath.Join(dir, "a.pem"), key, 0o600); err != nil {
				t.Fatal(err)
			}
			found := &spy{TB: t}
			testleak.Server(found, func() string { return string(key) + "\n$5$" + kind.Name + " is the hash" }, database, dir)
			found.end()
			found.expect(t, "the log has a key", "the log has a hash of a password")
		})
	}
}

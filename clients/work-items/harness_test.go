package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// binary is the real Latchkey.
var binary = os.Getenv("LATCHKEY_BIN")

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	if binary != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "work-items-test")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
	binary = filepath.Join(dir, "latchkey")
	command := exec.Command("go", "build", "-o", binary, ".")
	command.Dir = filepath.Join("..", "..")
	if output, err := command.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, output))
	}
	return m.Run()
}

// latchkey is a server with a database and keys of its own.
type latchkey struct {
	url     string
	dir     string
	env     []string
	process *exec.Cmd
}

// startLatchkey starts one, with these variables and no others, until the end of the test.
func startLatchkey(t testing.TB, env ...string) *latchkey {
	t.Helper()
	l := &latchkey{dir: t.TempDir(), env: append(env, "LATCHKEY_ADDR=127.0.0.1:0", "LATCHKEY_METRICS_ADDR=off")}
	l.process = l.command(t)
	stderr, err := l.process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.process.Start(); err != nil {
		t.Fatal(err)
	}
	told := new(safeBuffer)
	t.Cleanup(func() { noSecrets(t, told.String()) })
	t.Cleanup(l.kill)
	for lines := bufio.NewScanner(io.TeeReader(stderr, told)); lines.Scan(); {
		if _, url, ready := strings.Cut(lines.Text(), `"graphql":"`); ready {
			l.url = strings.TrimSuffix(strings.SplitN(url, `"`, 2)[0], "/graphql")
			go io.Copy(told, stderr) //nolint:errcheck // until it ends
			return l
		}
	}
	t.Fatalf("Latchkey did not start: %s", told.String())
	return nil
}

func (l *latchkey) command(t testing.TB, args ...string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), binary, args...)
	c.Dir, c.Env = l.dir, l.env
	return c
}

// operate runs a command of the operator and returns what it prints.
func (l *latchkey) operate(t testing.TB, args ...string) string {
	t.Helper()
	output, err := l.command(t, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("latchkey %s: %v: %s", strings.Join(args, " "), err, output)
	}
	return string(output)
}

// kill ends it at once. It may have ended already.
func (l *latchkey) kill() {
	_ = l.process.Process.Kill()
	_ = l.process.Wait()
}

// do sends an operation to Latchkey, which has to succeed, and returns its one field.
func (l *latchkey) do(t testing.TB, token, query string) map[string]any {
	t.Helper()
	got := send(t, l.url+"/graphql", token, query, nil)
	if got.code() != "" {
		t.Fatalf("Latchkey: %s: %s", query, got.text)
	}
	for _, field := range got.Data {
		return field
	}
	t.Fatal(got.text)
	return nil
}

// signUp makes an account and returns an access token of it.
func (l *latchkey) signUp(t testing.TB, username string) string {
	t.Helper()
	return l.do(t, "", `mutation { signup(input: {username: "`+username+`", password: "correct horse"}) { accessToken } }`)["accessToken"].(string)
}

// logIn returns an access token of another session.
func (l *latchkey) logIn(t testing.TB, username string) string {
	t.Helper()
	return l.do(t, "", `mutation { login(input: {identifier: "`+username+`", password: "correct horse"}) { accessToken } }`)["accessToken"].(string)
}

// service is a work-items server with a file and a clock of its own.
type service struct {
	url   string
	clock *clock
	log   *safeBuffer
	stop  func() // and wait until it has stopped
}

// safeBuffer is a log that can be read while it is written.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// startService starts one behind l until the end of the test.
func startService(t testing.TB, l *latchkey, change ...func(*config)) *service {
	t.Helper()
	c := config{
		addr: "127.0.0.1:0", database: filepath.Join(t.TempDir(), "work-items.db"), origins: "http://localhost:*",
		latchkey: l.url, issuer: "http://localhost:8080", audience: "latchkey", revocation: "off", keysAge: time.Hour,
	}
	for _, f := range change {
		f(&c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &service{clock: new(clock), log: new(safeBuffer)}
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- run(ctx, c, slog.New(slog.NewTextHandler(s.log, nil)), s.clock.now, func(url string) { ready <- url })
	}()
	t.Cleanup(func() { noSecrets(t, s.log.String()) })
	stopped := false
	s.stop = func() {
		cancel()
		if stopped {
			return
		}
		stopped = true
		if err := <-ended; err != nil {
			t.Errorf("the service ended with %v", err)
		}
	}
	t.Cleanup(s.stop)
	select {
	case s.url = <-ready:
	case err := <-ended:
		stopped = true
		t.Fatalf("the service did not start: %v", err)
	}
	return s
}

// do sends an operation.
func (s *service) do(t testing.TB, token, query string) answer {
	t.Helper()
	return send(t, s.url, token, query, nil)
}

// must sends an operation that has to succeed, and returns its one field.
func (s *service) must(t testing.TB, token, query string) map[string]any {
	t.Helper()
	got := s.do(t, token, query)
	if got.code() != "" {
		t.Fatalf("%s: %s", query, got.text)
	}
	for _, field := range got.Data {
		return field
	}
	t.Fatal(got.text)
	return nil
}

// create adds an item and returns its id.
func (s *service) create(t testing.TB, token, title string) string {
	t.Helper()
	got := s.must(t, token, `mutation { createWorkItem(input: {title: "`+title+`"}) { workItem { id } } }`)
	return got["workItem"].(map[string]any)["id"].(string)
}

// titles are those of the viewer's items, the newest first.
func (s *service) titles(t testing.TB, token string) string {
	t.Helper()
	var titles []string
	for _, node := range s.must(t, token, `{ workItems(first: 100) { nodes { title } } }`)["nodes"].([]any) {
		titles = append(titles, node.(map[string]any)["title"].(string))
	}
	return strings.Join(titles, " ")
}

const createTea = `mutation { createWorkItem(input: {title: "tea"}) { workItem { id } } }`

// dropTable breaks the file under a running service.
func dropTable(t testing.TB, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // done
	if _, err := db.Exec("DROP TABLE work_items"); err != nil {
		t.Fatal(err)
	}
}

// clock goes as usual until it is set.
type clock struct{ at atomic.Pointer[time.Time] }

func (c *clock) now() time.Time {
	if at := c.at.Load(); at != nil {
		return *at
	}
	return time.Now()
}

func (c *clock) set(at time.Time) { c.at.Store(&at) }

// answer is GraphQL's.
type answer struct {
	Data   map[string]map[string]any
	Errors []struct {
		Message    string
		Extensions struct{ Code, Reason, Field string }
	}

	status int
	header http.Header
	text   string
}

// code is that of the first error with its reason, or "".
func (a answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return strings.TrimSpace(a.Errors[0].Extensions.Code + " " + a.Errors[0].Extensions.Reason)
}

// send posts an operation, with an access token unless it is "".
func send(t testing.TB, url, token, query string, variables map[string]any) answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/graphql-response+json"}}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	return request(t, http.MethodPost, url, header, body)
}

func request(t testing.TB, method, url string, header http.Header, body []byte) answer {
	t.Helper()
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	if strings.Contains(response.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	return got
}

// await waits until something is so, a minute at most.
func await(t testing.TB, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 1200 {
		if so() {
			return
		}
		<-tick.C
	}
	t.Fatalf("waited in vain for %s", what)
}

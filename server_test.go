package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"latchkey/internal/testdb"
	"latchkey/internal/testleak"
)

// binary is the program as `go build` makes it.
var binary string

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "latchkey-test")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
	binary = filepath.Join(dir, "latchkey")
	command := exec.Command("go", "build", "-o", binary, ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, output))
	}
	return m.Run()
}

// process is a running latchkey.
type process struct {
	*latchkey
	url string
	log *processLog
}

// serve starts a server in dir and waits until it is ready.
func serve(t testing.TB, dir string, env ...string) *process {
	t.Helper()
	p := launch(t, dir, env...)
	p.awaitReady(t)
	return p
}

func launch(t testing.TB, dir string, env ...string) *process {
	t.Helper()
	p := &process{latchkey: command(t, dir, append([]string{"LATCHKEY_ADDR=127.0.0.1:0", "LATCHKEY_METRICS_ADDR=off"}, env...))}
	stderr, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	p.log = followLog(stderr)
	testleak.Server(t, p.log.whole, p.database(), p.keysDir())
	return p
}

func (p *process) awaitReady(t testing.TB) {
	t.Helper()
	line := p.log.await(`"graphql":"`)
	_, rest, ready := strings.Cut(line, `"graphql":"`)
	if !ready {
		t.Fatalf("the server did not start: %v", p.Wait())
	}
	p.url = strings.TrimSuffix(strings.SplitN(rest, `"`, 2)[0], "/graphql")
}

// signUp signs someone up and returns the answer.
func signUp(t testing.TB, url, username string) string {
	t.Helper()
	return post(t, url, `mutation { signup(input: {username: "`+username+`", password: "correct horse"}) { expiresIn } }`)
}

// post sends an operation and returns the answer.
func post(t testing.TB, url, query string) string {
	t.Helper()
	return send(t, url, "", query, nil)
}

// send sends an operation, with an access token unless it is "", and returns the answer.
func send(t testing.TB, url, accessToken, query string, variables map[string]any) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, url+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if accessToken != "" {
		request.Header.Set("Authorization", "Bearer "+accessToken)
	}
	response, err := testleak.Client(t).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// kill ends the server without any notice.
func (p *process) kill(t testing.TB) {
	t.Helper()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait() // says that it was killed
}

const signedUp = `{"data":{"signup":{"expiresIn":900}}}`

func TestStartsWithNothingAndStopsOnSignals(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			server := serve(t, dir)
			if got := signUp(t, server.url, "ada"); got != signedUp {
				t.Error(got)
			}
			for path, want := range map[string]os.FileMode{
				"data": 0o700, "data/latchkey.db": 0o600, "data/latchkey.db-wal": 0o600, "data/latchkey.db-shm": 0o600,
				"data/keys": 0o700, "data/keys/signing.pem": 0o600, "data/keys/refresh.pem": 0o600,
			} {
				info, err := os.Stat(filepath.Join(dir, path))
				if err != nil {
					t.Error(err)
				} else if got := info.Mode().Perm(); got != want {
					t.Errorf("%s has mode %o, want %o", path, got, want)
				}
			}
			if err := server.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if err := server.Wait(); err != nil {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

// The request is in flight when the signal comes, because its body is not complete yet.
func TestRequestsInFlightFinish(t *testing.T) {
	t.Parallel()
	server := serve(t, t.TempDir())
	body := `{"query":"mutation { signup(input: {username: \"ada\", password: \"correct horse\"}) { expiresIn } }"}`
	connection, err := net.Dial("tcp", strings.Replace(strings.TrimPrefix(server.url, "http://"), "localhost", "127.0.0.1", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close() //nolint:errcheck // read to its end
	_, err = fmt.Fprintf(connection, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(body))
	if err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(connection)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100") { // the handler reads the body
		t.Fatalf("%q, %v", line, err)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	server.log.await("stopping")
	if _, err := io.WriteString(connection, body); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(reader)
	if err != nil || !strings.HasSuffix(string(answer), signedUp) {
		t.Errorf("answer %q, %v", answer, err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestSecondServerOnOneSQLiteFileIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := serve(t, dir)
	output, err := command(t, dir, []string{"LATCHKEY_ADDR=127.0.0.1:0"}).CombinedOutput()
	if exitCode(err) != 1 || !strings.Contains(string(output), "another latchkey serves this SQLite file") || strings.Count(string(output), "\n") != 1 {
		t.Errorf("exit code %d: %s", exitCode(err), output)
	}
	// The operator's commands work beside the server.
	output, err = command(t, dir, nil, "migrate", "status").CombinedOutput()
	if err != nil || !strings.Contains(string(output), "applied") {
		t.Errorf("migrate status: %v: %s", err, output)
	}
	if got := signUp(t, server.url, "ada"); got != signedUp {
		t.Error(got)
	}
	// A server that was killed leaves nothing behind that is in the way of the next.
	server.kill(t)
	again := serve(t, dir)
	if got := signUp(t, again.url, "ada"); !strings.Contains(got, "USERNAME_TAKEN") {
		t.Error(got)
	}
}

func TestServersThatStartAtOnceOnAnEmptyDatabaseAllComeUp(t *testing.T) {
	t.Parallel()
	shared := []string{"LATCHKEY_DATABASE_URL=" + testdb.MariaDB(t), "LATCHKEY_KEYS_DIR=" + filepath.Join(t.TempDir(), "keys")}
	var servers []*process
	for range 4 {
		servers = append(servers, launch(t, t.TempDir(), shared...))
	}
	for i, server := range servers {
		server.awaitReady(t)
		if got := signUp(t, server.url, fmt.Sprintf("user%d", i)); got != signedUp {
			t.Error(got)
		}
		if got := signUp(t, server.url, "user0"); !strings.Contains(got, "USERNAME_TAKEN") && i > 0 {
			t.Error(got)
		}
	}
}

// The database is reached through a gate that opens only after the server has tried in vain.
func TestServerWaitsForItsDatabase(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	server := launch(t, t.TempDir(), "LATCHKEY_DATABASE_URL="+gate.URL)
	if server.log.await("the database does not answer") == "" {
		t.Fatal("the server did not say that its database is away")
	}
	gate.Open()
	server.awaitReady(t)
	if got := signUp(t, server.url, "ada"); got != signedUp {
		t.Error(got)
	}
	server.kill(t)
}

func TestDatabaseThatCanNotBeUsedEndsTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("not a database, but long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, url := range map[string]string{
		"no SQLite file": "sqlite:file",
		"a directory":    "sqlite:.",
		"no such user":   strings.Replace(testdb.MariaDB(t), "//root", "//nobody", 1), // waiting would not help
	} {
		output, err := command(t, dir, []string{"LATCHKEY_DATABASE_URL=" + url}).CombinedOutput()
		if exitCode(err) != 1 || !strings.Contains(string(output), "latchkey: database: ") {
			t.Errorf("%s: exit code %d: %s", name, exitCode(err), output)
		}
	}
}

func TestBusyAddressEndsTheStart(t *testing.T) {
	t.Parallel()
	server := serve(t, t.TempDir())
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.url, "http://"))
	output, err := command(t, t.TempDir(), []string{"LATCHKEY_ADDR=127.0.0.1:" + port}).CombinedOutput()
	if exitCode(err) != 1 || !strings.Contains(string(output), "address already in use") {
		t.Errorf("exit code %d: %s", exitCode(err), output)
	}
}

func TestSchemaIsPrintedWithoutDatabaseOrSettings(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if got, err := command(t, dir, []string{}, "schema").Output(); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v: printed\n%s", err, got)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v: left %v behind", err, left)
	}
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

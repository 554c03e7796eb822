package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/internal/testdb"
	"latchkey/internal/testleak"
)

// load is what clients do with two servers meanwhile. None of it may fail.
type load struct {
	servers  [2]string // URLs
	client   *http.Client
	requests atomic.Int64
	crossed  atomic.Int64 // requests with a token that another server has just issued
	failures atomic.Int64
	epoch    atomic.Int64 // who sees a new one renews its token
	renewed  atomic.Int64 // how often that was done
	stop     atomic.Bool
	workers  sync.WaitGroup
}

const (
	loadWorkers  = 6
	loadRenewers = 2 // of them log in again every few requests, and go to the other server first
)

func startLoad(t *testing.T, one, two *process) *load {
	t.Helper()
	l := &load{servers: [2]string{one.url, two.url}, client: &http.Client{
		Timeout: 30 * time.Second, Transport: testleak.Over(t, &http.Transport{MaxIdleConnsPerHost: 2 * loadWorkers}),
	}}
	for i := range loadWorkers {
		name := fmt.Sprintf("worker%d", i)
		token := l.issue(t, i%2, `mutation { signup(input: {username: "`+name+`", password: "correct horse"}) { accessToken } }`)
		l.workers.Go(func() { l.work(t, name, token, i) })
	}
	return l
}

// end ends the load and returns how many requests failed.
func (l *load) end() int64 {
	l.stop.Store(true)
	l.workers.Wait()
	return l.failures.Load()
}

func (l *load) work(t *testing.T, name, token string, worker int) {
	login := `mutation { login(input: {identifier: "` + name + `", password: "correct horse"}) { accessToken } }`
	epoch := int64(0)
	for i := 0; !l.stop.Load(); i++ {
		if now := l.epoch.Load(); now != epoch {
			token = l.issue(t, i%2, login)
			epoch = now
			l.renewed.Add(1)
		}
		if server := i / 8 % 2; worker < loadRenewers && i%8 == 0 {
			token = l.issue(t, server, login)
			l.use(t, 1-server, i/16, token)
			l.crossed.Add(1)
		}
		l.use(t, i%2, i/2, token)
	}
}

// issue returns a new token.
func (l *load) issue(t *testing.T, server int, mutation string) string {
	answer := l.ask(server, "", mutation)
	_, rest, _ := strings.Cut(answer, `"accessToken":"`)
	token, _, found := strings.Cut(rest, `"`)
	if !found {
		l.fail(t, server, answer)
	}
	return token
}

// use sends the token, in the header and as an argument in turn.
func (l *load) use(t *testing.T, server, turn int, token string) {
	if turn%2 == 0 {
		if answer := l.ask(server, token, `{ me { username } }`); !strings.Contains(answer, `"username":"worker`) {
			l.fail(t, server, answer)
		}
	} else if answer := l.ask(server, "", `{ validateToken(token: "`+token+`") { active } }`); !strings.Contains(answer, `"active":true`) {
		l.fail(t, server, answer)
	}
}

func (l *load) fail(t *testing.T, server int, answer string) {
	if l.failures.Add(1) <= 10 {
		t.Errorf("server %d: %s", server, answer)
	}
}

// ask returns the answer, or the error.
func (l *load) ask(server int, token, query string) string {
	l.requests.Add(1)
	body, _ := json.Marshal(map[string]string{"query": query})
	request, err := http.NewRequest(http.MethodPost, l.servers[server]+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		return err.Error()
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := l.client.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// more waits for so many more requests.
func (l *load) more(t *testing.T, requests int64) {
	t.Helper()
	until := l.requests.Load() + requests
	await(t, "more requests", func() bool { return l.requests.Load() >= until })
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

func kidOf(t testing.TB, token string) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	if err != nil {
		t.Fatal(err)
	}
	var header struct{ Kid string }
	if err := json.Unmarshal(text, &header); err != nil {
		t.Fatal(err)
	}
	return header.Kid
}

// operate runs a command of the operator, which has to succeed, and returns what it prints.
func operate(t testing.TB, dir string, env []string, args ...string) string {
	t.Helper()
	c := command(t, dir, env, args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	output, err := c.Output()
	if err != nil {
		t.Fatalf("latchkey %s: %v: %s%s", strings.Join(args, " "), err, output, &stderr)
	}
	return string(output)
}

// Two servers with one database and one keys directory, and nobody is signed out or turned away.
func TestRotationUnderLoadFailsNoRequest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	env := []string{"LATCHKEY_DATABASE_URL=" + testdb.MariaDB(t), "LATCHKEY_KEYS_DIR=" + filepath.Join(dir, "keys")}
	l := startLoad(t, serve(t, dir, env...), serve(t, dir, env...))
	defer l.end()
	login := `mutation { login(input: {identifier: "worker0", password: "correct horse"}) { accessToken } }`
	oldToken := l.issue(t, 0, login)
	old := kidOf(t, oldToken)
	l.more(t, 200)

	made := strings.Fields(operate(t, dir, env, "keys", "rotate", "--now"))[1]
	// The first server looks because of this, and signs with the new key before the other one can have noticed it.
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","typ":"at+jwt","kid":"` + made + `"}`))
	_, rest, _ := strings.Cut(oldToken, ".")
	l.ask(0, header+"."+rest, `{ me { username } }`)
	if token := l.issue(t, 0, login); kidOf(t, token) != made {
		t.Error("the first server has not looked at once")
	} else {
		l.use(t, 1, 0, token)
	}
	for server := range l.servers {
		await(t, "tokens with the new key", func() bool { return kidOf(t, l.issue(t, server, login)) == made })
	}
	l.epoch.Add(1)
	await(t, "new tokens for all", func() bool { return l.renewed.Load() == loadWorkers })
	beforeRemoval := l.requests.Load()

	operate(t, dir, env, "keys", "remove", old, "--now")
	for server := range l.servers {
		await(t, "the end of the old key", func() bool {
			return strings.Contains(l.ask(server, "", `{ validateToken(token: "`+oldToken+`") { reason } }`), "INVALID_SIGNATURE")
		})
	}
	l.more(t, 200)
	failures := l.end()
	t.Logf("%d requests, %d of them after the removal and %d with a token that the other server had just issued: %d failed",
		l.requests.Load(), l.requests.Load()-beforeRemoval, l.crossed.Load(), failures)
	if failures > 0 {
		t.Errorf("%d requests failed", failures)
	}
	if list := operate(t, dir, env, "keys", "list"); strings.Contains(list, old) || !strings.Contains(list, made) {
		t.Errorf("listed:\n%s", list)
	}
}

func TestSecondServerWithKeysOfItsOwnIsRefused(t *testing.T) {
	t.Parallel()
	url := "LATCHKEY_DATABASE_URL=" + testdb.MariaDB(t)
	one := serve(t, t.TempDir(), url)
	dir := t.TempDir()
	output, err := command(t, dir, []string{"LATCHKEY_ADDR=127.0.0.1:0", url}).CombinedOutput()
	if exitCode(err) != 1 || strings.Count(string(output), "\n") != 1 || !strings.HasPrefix(string(output), "latchkey: keys: data/keys lacks keys of this database: ") {
		t.Errorf("exit code %d: %s", exitCode(err), output)
	}
	for _, want := range []string{kidOf(t, signUpForToken(t, one.url)), "refresh", "latchkey keys remove ID --now", "latchkey keys rotate --now"} {
		if !strings.Contains(string(output), want) {
			t.Errorf("it does not tell %q: %s", want, output)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "keys")); err == nil {
		t.Error("it made a directory")
	}
}

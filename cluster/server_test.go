//go:build cluster

package cluster_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"latchkey/internal/testhost"
	"latchkey/internal/testleak"
)

// server is a latchkey on one node, at one address, through any number of starts.
type server struct {
	client
	addr     string
	node     *node
	database string
	keys     string // directory
	env      []string
	log      *testhost.Log
	process  *exec.Cmd

	mu      sync.Mutex
	absence []absence
}

// absence is a time in which a server may not answer, until it is ready again.
type absence struct {
	until  time.Time // zero while it lasts
	killed bool      // without any notice
}

func (s *server) leaves(killed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.absence = append(s.absence, absence{killed: killed})
}

func (s *server) isBack() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last := len(s.absence) - 1; last >= 0 && s.absence[last].until.IsZero() {
		s.absence[last].until = time.Now()
	}
}

// away tells, of what was asked at that time and is answered now, whether the server was away in between.
func (s *server) away(asked time.Time) bool {
	return s.absent(asked, func(absence) bool { return true })
}

// killed is away for a server that gave no notice.
func (s *server) killed(asked time.Time) bool {
	return s.absent(asked, func(a absence) bool { return a.killed })
}

func (s *server) absent(asked time.Time, counts func(absence) bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.absence, func(a absence) bool {
		return counts(a) && (a.until.IsZero() || a.until.After(asked))
	})
}

// servers starts one on each node, at the same time, on a database that has no tables yet and with a directory of keys that is
// empty.
func (g *galera) servers(t testing.TB) []*server {
	t.Helper()
	database, keys := g.database(t), t.TempDir()
	var all []*server
	for _, n := range g.nodes {
		all = append(all, newServer(t, n, database, keys))
	}
	for _, s := range all {
		s.awaitReady(t)
	}
	return all
}

// newServer starts one, which ends with the test.
func newServer(t testing.TB, n *node, database, keys string) *server {
	t.Helper()
	s := &server{addr: fmt.Sprintf("127.0.0.1:%d", freePort()), node: n, database: database, keys: keys, log: &testhost.Log{}}
	s.client = newClient(t, "http://"+s.addr)
	s.env = []string{
		"LATCHKEY_ADDR=" + s.addr, "LATCHKEY_DATABASE_URL=" + n.url(database), "LATCHKEY_KEYS_DIR=" + keys,
		"LATCHKEY_METRICS_ADDR=off", "LATCHKEY_RATE_LIMIT=off", "LATCHKEY_TRUSTED_PROXIES=127.0.0.1",
	}
	testleak.Server(t, s.log.String, n.url(database), keys)
	t.Cleanup(func() {
		s.kill()
		s.http.CloseIdleConnections()
		for line := range strings.Lines(s.log.String()) {
			if t.Failed() && !strings.Contains(line, `"level":"INFO"`) && !strings.Contains(line, `"msg":"audit"`) {
				t.Log(s.node.name, strings.TrimSpace(line))
			}
		}
	})
	s.start(t)
	return s
}

func (s *server) start(t testing.TB) {
	t.Helper()
	s.process = exec.Command(binary)
	s.process.Env, s.process.Stderr = s.env, s.log
	s.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
}

func (s *server) awaitReady(t testing.TB) {
	t.Helper()
	for over := time.Now().Add(startLimit); !s.ready(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(over) {
			text := s.log.String()
			t.Fatalf("the server on %s is not ready:\n%s", s.node.name, text[max(0, len(text)-10_000):])
		}
	}
	s.isBack()
}

func (s *server) ready() bool {
	response, err := s.http.Get(s.url + "/readyz")
	if err != nil {
		return false
	}
	defer response.Body.Close() //nolint:errcheck // only the status counts
	return response.StatusCode == http.StatusOK
}

// kill ends it without any notice. It may have ended.
func (s *server) kill() {
	s.leaves(true)
	_ = s.process.Process.Kill()
	_ = s.process.Wait() // says that it was killed
}

// stop ends it as an update does, and returns when it is gone.
func (s *server) stop(t testing.TB) {
	t.Helper()
	s.leaves(false)
	err := s.process.Process.Signal(syscall.SIGTERM)
	if err == nil {
		err = s.process.Wait()
	}
	if err != nil {
		t.Fatalf("the server on %s: %v", s.node.name, err)
	}
}

var cause = regexp.MustCompile(`"msg":"(unavailable|outcome unknown)".*"cause":"(?:input:\S+ \w+ )?(.*?)"`)

// causes are why operations failed, and how often.
func (s *server) causes() map[string]int {
	found := map[string]int{}
	for _, line := range cause.FindAllStringSubmatch(s.log.String(), -1) {
		found[line[1]+": "+line[2]]++
	}
	return found
}

// newProxy starts HAProxy in front of the servers, and returns once it sends requests to all of them.
func newProxy(t testing.TB, servers []*server) client {
	t.Helper()
	address := fmt.Sprintf("127.0.0.1:%d", freePort())
	proxy, said := exec.Command("haproxy", "-db", "-f", "haproxy.cfg"), &testhost.Log{}
	proxy.Env = append(os.Environ(), "LISTEN="+address, "ONE="+servers[0].addr, "TWO="+servers[1].addr, "THREE="+servers[2].addr)
	proxy.Stdout, proxy.Stderr = said, said
	proxy.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = proxy.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = proxy.Process.Kill()
		<-ended
		t.Logf("HAProxy:\n%s", said)
	})
	c := newClient(t, "http://"+address)
	t.Cleanup(c.http.CloseIdleConnections)
	for over := time.Now().Add(startLimit); ; time.Sleep(20 * time.Millisecond) {
		response, err := c.http.Get(c.url + "/readyz")
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return c
			}
		}
		select {
		case <-ended:
			over = time.Now()
		default:
		}
		if time.Now().After(over) {
			t.Fatalf("HAProxy does not start: %v\n%s", err, said)
		}
	}
}

//go:build faults

package faults_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"latchkey/internal/testleak"
)

// startLimit is how long a server may take to start on a busy machine, where a test is not about that.
const startLimit = 60 * time.Second

// process is a running latchkey.
type process struct {
	client
	*exec.Cmd
	log *lines
}

// place is where servers run one after another: what they find is what the one before has left.
type place struct {
	dir     string
	addr    string
	env     []string
	program string   // that is run, as `go build` makes it from this source or otherwise
	wrap    []string // a command that runs the program in its turn
	logs    []*lines // of all servers so far
}

// newPlace has a directory and an address of its own. The servers get these variables and no others.
func newPlace(t testing.TB, databaseURL string, env ...string) *place {
	t.Helper()
	p := &place{dir: t.TempDir(), addr: freeAddr(t), env: env, program: binary}
	keys := filepath.Join(p.dir, "keys")
	p.env = append(p.env, "LATCHKEY_ADDR="+p.addr, "LATCHKEY_DATABASE_URL="+databaseURL, "LATCHKEY_KEYS_DIR="+keys,
		"LATCHKEY_METRICS_ADDR=off", "LATCHKEY_RATE_LIMIT=off", "GOTRACEBACK=all")
	testleak.Server(t, p.log, databaseURL, keys)
	return p
}

// beside is a place for servers that run beside those of p, on the same database with the same keys.
func (p *place) beside(t testing.TB, program string) *place {
	t.Helper()
	other := &place{dir: p.dir, addr: freeAddr(t), program: program}
	other.env = append(slices.Clone(p.env), "LATCHKEY_ADDR="+other.addr) // the last counts
	testleak.Server(t, other.log, "", filepath.Join(p.dir, "keys"))
	return other
}

func freeAddr(t testing.TB) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	return free.Addr().String()
}

// log is what all servers have written.
func (p *place) log() string {
	var all strings.Builder
	for _, log := range p.logs {
		all.WriteString(log.String())
	}
	return all.String()
}

// launch starts a server that ends with the test at the latest.
func (p *place) launch(t testing.TB) *process {
	t.Helper()
	line := append(append([]string{}, p.wrap...), p.program)
	s := &process{Cmd: exec.Command(line[0], line[1:]...), client: newClient(t, "http://"+p.addr)}
	s.Dir, s.Env = p.dir, p.env
	s.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // if this process is killed itself
	stderr, err := s.StderrPipe()
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	s.log = follow(stderr)
	p.logs = append(p.logs, s.log)
	t.Cleanup(s.kill)
	return s
}

// serve starts a server and waits until it is ready.
func (p *place) serve(t testing.TB) *process {
	t.Helper()
	s := p.launch(t)
	s.awaitReady(t)
	return s
}

// awaitReady returns how long it took from here.
func (s *process) awaitReady(t testing.TB) time.Duration {
	t.Helper()
	start := time.Now()
	for time.Since(start) < startLimit {
		if s.ready() {
			return time.Since(start)
		}
		time.Sleep(2 * time.Millisecond)
	}
	s.kill()
	t.Fatalf("not ready within %v:\n%s", startLimit, s.log)
	return 0
}

func (s *process) ready() bool {
	response, err := http.Get(s.url + "/readyz")
	if err != nil {
		return false
	}
	defer response.Body.Close() //nolint:errcheck // only the status counts
	return response.StatusCode == http.StatusOK
}

// stop ends the server as an operator does, and waits for that.
func (s *process) stop(t testing.TB) {
	t.Helper()
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-s.log.ended // Wait would close the pipe before all is read
	if err := s.Wait(); err != nil {
		t.Errorf("ended with %v:\n%s", err, s.log)
	}
}

// kill ends the server without any notice. It may have ended.
func (s *process) kill() {
	_ = s.Process.Kill()
	<-s.log.ended // Wait would close the pipe before all is read
	_ = s.Wait()  // says that it was killed
	s.http.CloseIdleConnections()
}

// sockets is how many the process has open.
func (s *process) sockets(t testing.TB) (n int) {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/fd", s.Process.Pid)
	open, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range open {
		if target, err := os.Readlink(filepath.Join(dir, fd.Name())); err == nil && strings.HasPrefix(target, "socket:") {
			n++
		}
	}
	return n
}

// lines are what a process writes, read all the time: one that nobody reads from would stop.
type lines struct {
	mu    sync.Mutex
	text  strings.Builder
	ended chan struct{} // closed after the last
}

func follow(from io.Reader) *lines {
	l := &lines{ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		scanner := bufio.NewScanner(from)
		scanner.Buffer(nil, 1<<20)
		for scanner.Scan() {
			l.mu.Lock()
			l.text.WriteString(scanner.Text() + "\n")
			l.mu.Unlock()
		}
	}()
	return l
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// with are those lines that have text in them.
func (l *lines) with(text string) (found []string) {
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}

package genqlient_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// server is a running Latchkey on an empty database.
type server struct {
	binary, dir string
	graphql     string // where it answers
}

// serve starts the server of LATCHKEY_BIN, or of the source around, and stops it with the test.
func serve(t testing.TB) *server {
	t.Helper()
	s := &server{binary: os.Getenv("LATCHKEY_BIN"), dir: t.TempDir()}
	if s.binary == "" {
		s.binary = filepath.Join(s.dir, "latchkey")
		build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", s.binary, ".") // as in `make build`, whose cache it uses
		build.Dir = "../../.."
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if output, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
	}
	command := s.command(t, "serve")
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Wait() }) // the test's context has ended, and the server with it

	var log strings.Builder
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		log.WriteString(lines.Text() + "\n")
		if _, rest, ready := strings.Cut(lines.Text(), `"graphql":"`); ready {
			s.graphql, _, _ = strings.Cut(rest, `"`)
			go func() {
				for lines.Scan() { // or it would block once the pipe is full
				}
			}()
			return s
		}
	}
	t.Fatalf("the server did not start:\n%s", &log)
	return nil
}

// command is one of the operator's.
func (s *server) command(t testing.TB, arguments ...string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), s.binary, arguments...)
	c.Dir = s.dir
	c.Env = []string{"LATCHKEY_ADDR=127.0.0.1:0", "LATCHKEY_METRICS_ADDR=off", "LATCHKEY_LOG_FORMAT=json"}
	return c
}

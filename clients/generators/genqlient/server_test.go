package genqlient_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// binary is the server: that of LATCHKEY_BIN, or of the source around.
var binary = os.Getenv("LATCHKEY_BIN")

func TestMain(m *testing.M) {
	if binary != "" {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "latchkey-genqlient-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "latchkey")
	build := exec.Command("go", "build", "-trimpath", "-o", binary, ".") // as in `make build`, whose cache it uses
	build.Dir = "../../.."
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	code := 1
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v: %s\n", err, output)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// server is a running Latchkey on an empty database.
type server struct {
	dir     string
	graphql string // where it answers
}

// serve starts a server, and stops it with the test.
func serve(t testing.TB) *server {
	t.Helper()
	s := &server{dir: t.TempDir()}
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
	c := exec.CommandContext(t.Context(), binary, arguments...)
	c.Dir = s.dir
	c.Env = []string{"LATCHKEY_ADDR=127.0.0.1:0", "LATCHKEY_METRICS_ADDR=off", "LATCHKEY_LOG_FORMAT=json"}
	return c
}

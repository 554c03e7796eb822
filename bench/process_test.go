package bench_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// process is the program as `go build` makes it, with its defaults.
type process struct {
	client
	pid int
}

// run builds the program and runs it until the end of the benchmark.
func run(b *testing.B, databaseURL string) *process {
	b.Helper()
	dir := b.TempDir()
	binary := filepath.Join(dir, "latchkey")
	build := exec.Command("go", "build", "-o", binary, "latchkey")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, output)
	}
	server := exec.Command(binary)
	server.Dir = dir
	server.Env = []string{
		"LATCHKEY_ADDR=127.0.0.1:0", "LATCHKEY_METRICS_ADDR=127.0.0.1:0", "LATCHKEY_RATE_LIMIT=off", "LATCHKEY_DATABASE_URL=" + databaseURL,
	}
	log, err := server.StderrPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait() // says that it was killed
	})
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if found := regexp.MustCompile(`"graphql":"http://localhost(:\d+/graphql)"`).FindStringSubmatch(lines.Text()); found != nil {
			go io.Copy(io.Discard, log) //nolint:errcheck // a process that nobody reads from would stop
			return &process{client: client("http://127.0.0.1" + found[1]), pid: server.Process.Pid}
		}
	}
	b.Fatal("the server did not start")
	return nil
}

// peak returns the most memory that the process has had resident, in MB.
func (p *process) peak(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kB, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kB * 1024 / 1e6
}

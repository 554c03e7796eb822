package bench_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is the program as `make build` makes it, with its defaults.
type process struct {
	client
	addr     string
	pid      int
	dir      string // where it runs
	database string
}

// binary builds the program, once.
var binary = sync.OnceValues(func() (string, error) { return build("latchkey") })

// built is where programs are built, and is removed at the end.
var built string

func build(name string, flags ...string) (string, error) {
	path := filepath.Join(built, name)
	args := append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", path}, flags...)
	command := exec.Command("go", append(args, "latchkey")...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	return path, nil
}

// run runs the program until the end of the benchmark.
func run(b *testing.B, databaseURL string) *process {
	b.Helper()
	path, err := binary()
	if err != nil {
		b.Fatal(err)
	}
	p, stop := start(b, path, b.TempDir(), databaseURL)
	b.Cleanup(stop)
	return p
}

// command is a program that is measured. What the shell sets for Go's runtime (GOGC, GODEBUG) does not reach it, and it does not outlive
// a benchmark that is killed, or it would take its share of the next one's cores.
func command(path string, env ...string) *exec.Cmd {
	c := exec.Command(path)
	c.Env = env
	c.SysProcAttr = diesWithUs
	return c
}

// diesWithUs has what only Linux can do.
var diesWithUs *syscall.SysProcAttr

var readyLine = regexp.MustCompile(`"graphql":"http://localhost(:\d+)/graphql"`)

// start starts a program in dir, where its keys are. It logs into a file, as under most service managers.
func start(b *testing.B, path, dir, databaseURL string, env ...string) (p *process, stop func()) {
	b.Helper()
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close() //nolint:errcheck // the server has its own descriptor
	server := command(path, append([]string{
		"LATCHKEY_ADDR=127.0.0.1:0", "LATCHKEY_METRICS_ADDR=127.0.0.1:0", "LATCHKEY_RATE_LIMIT=off", "LATCHKEY_DATABASE_URL=" + databaseURL,
	}, env...)...)
	server.Dir, server.Stderr = dir, log
	began := time.Now()
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		_ = server.Process.Signal(os.Interrupt)
		if err := server.Wait(); err != nil {
			b.Error(err)
		}
	})
	for time.Since(began) < time.Minute {
		text, err := os.ReadFile(log.Name())
		if err != nil {
			b.Fatal(err)
		}
		if found := readyLine.FindSubmatch(text); found != nil {
			addr := "127.0.0.1" + string(found[1])
			return &process{client: client("http://" + addr + "/graphql"), addr: addr, pid: server.Process.Pid, dir: dir, database: databaseURL}, stop
		}
		if bytes.Contains(text, []byte(`"level":"ERROR"`)) {
			break
		}
		time.Sleep(time.Millisecond)
	}
	stop()
	b.Fatal("the server did not start")
	return nil, nil
}

// memory is a figure of the process's status, in MB: VmRSS is what is resident, VmHWM the most that has been.
func (p *process) memory(b *testing.B, name string) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), name+":")
	kB, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kB * 1024 / 1e6
}

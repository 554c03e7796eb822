package testdb

import (
	"context"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// RedisPassword is what every Redis of a test asks for, so that a test finds it wherever it gets out.
const RedisPassword = "hunter2-REDIS"

// redisWait is how long a Redis may take to start on a busy machine.
const redisWait = 30 * time.Second

// Redis is a server of its own, empty, that a test can take away. It keeps nothing over a restart, unless the test has it
// SAVE: then it comes back with that snapshot.
type Redis struct {
	// URL is its LATCHKEY_REDIS_URL, with the password.
	URL string

	t       testing.TB
	port    string
	dir     string
	process *exec.Cmd     // nil while killed
	ended   chan struct{} // closed when the process has ended
	guard   *exec.Cmd
}

// NewRedis starts a Redis that runs until the end of the test.
func NewRedis(t testing.TB) *Redis {
	t.Helper()
	r := &Redis{t: t, dir: t.TempDir()}
	t.Cleanup(r.Kill)
	for range 20 {
		// Not a port that the system gives to outgoing connections: one of those could take it while the server is killed.
		r.port = strconv.Itoa(10000 + rand.IntN(10000))
		if r.start() {
			r.URL = "redis://:" + RedisPassword + "@" + net.JoinHostPort("127.0.0.1", r.port)
			return r
		}
	}
	t.Fatal("no redis-server starts: run the tests with `make test`")
	return nil
}

// Kill ends the server at once, as a crash would. It may be killed or frozen already.
func (r *Redis) Kill() {
	if r.process == nil {
		return
	}
	_ = r.process.Process.Kill()
	<-r.ended
	_ = r.guard.Process.Kill()
	_ = r.guard.Wait()
	r.process, r.guard = nil, nil
}

// Start starts it again after Kill, at the same address.
func (r *Redis) Start() {
	r.t.Helper()
	if !r.start() {
		r.t.Fatal("redis-server does not start again")
	}
}

// Freeze stops the process: connections stay open, and nothing answers.
func (r *Redis) Freeze() { r.signal(syscall.SIGSTOP) }

// Thaw lets it go on after Freeze.
func (r *Redis) Thaw() { r.signal(syscall.SIGCONT) }

// Do sends a command, and returns the answer as redis-cli prints it to a program.
func (r *Redis) Do(args ...string) string {
	r.t.Helper()
	answer, err := r.do(args...)
	if err != nil {
		r.t.Fatalf("redis-cli %s: %v: %s", strings.Join(args, " "), err, answer)
	}
	return answer
}

func (r *Redis) do(args ...string) (string, error) {
	c := exec.CommandContext(r.t.Context(), "redis-cli", append([]string{"-p", r.port, "-e"}, args...)...)
	c.Env = append(os.Environ(), "REDISCLI_AUTH="+RedisPassword)
	answer, err := c.CombinedOutput()
	return strings.TrimSpace(string(answer)), err
}

// start returns whether the server runs and answers. It does not if the port is taken.
func (r *Redis) start() bool {
	r.t.Helper()
	r.process = exec.CommandContext(context.Background(), "redis-server", "--bind", "127.0.0.1", "--port", r.port, "--dir", r.dir,
		"--save", "", "--requirepass", RedisPassword, "--logfile", "redis.log")
	if err := r.process.Start(); err != nil {
		r.t.Fatalf("redis-server: %v: run the tests with `make test`", err)
	}
	r.ended = make(chan struct{})
	go func(process *exec.Cmd, ended chan<- struct{}) {
		_ = process.Wait() // says that it was killed
		close(ended)
	}(r.process, r.ended)
	r.watch()
	// Whoever has the port would answer too: it has to be this process.
	mine := "process_id:" + strconv.Itoa(r.process.Process.Pid) + "\r"
	over := time.After(redisWait)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if answer, err := r.do("INFO", "server"); err == nil && strings.Contains(answer, mine) {
			return true
		}
		select {
		case <-tick.C:
			continue
		case <-r.ended:
		case <-over:
		}
		r.Kill()
		return false
	}
}

// watch has the server killed when this process ends in whatever way: then nobody holds the other end of the pipe. A signal
// to the whole group must not end the guard first.
func (r *Redis) watch() {
	r.t.Helper()
	r.guard = exec.CommandContext(context.Background(), "sh", "-c", "trap '' HUP INT TERM; read _; kill -9 "+strconv.Itoa(r.process.Process.Pid))
	if _, err := r.guard.StdinPipe(); err != nil {
		r.t.Fatal(err)
	}
	if err := r.guard.Start(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *Redis) signal(signal syscall.Signal) {
	r.t.Helper()
	if r.process == nil {
		r.t.Fatal("Redis is killed")
	}
	if err := r.process.Process.Signal(signal); err != nil {
		r.t.Fatal(err)
	}
}

package main

import (
	crand "crypto/rand"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisServer is a Redis of its own, empty, that a test can take away. It keeps nothing over a restart.
type redisServer struct {
	url      string // with a password that only this one has: another one on the port would not do
	port     string
	dir      string
	password string
	process  *exec.Cmd
	ended    chan struct{} // closed when the process has ended
	client   *redis.Client
}

func startRedis(t testing.TB) *redisServer {
	t.Helper()
	r := &redisServer{dir: t.TempDir(), password: crand.Text()}
	t.Cleanup(r.kill)
	for range 20 {
		// Not a port that the system gives to outgoing connections: one of those could take it while the server is killed.
		r.port = strconv.Itoa(10000 + rand.IntN(10000))
		r.url = "redis://:" + r.password + "@127.0.0.1:" + r.port
		if r.start(t) {
			return r
		}
	}
	t.Fatal("no redis-server starts")
	return nil
}

// start returns whether it answers. It does not if the port is taken.
func (r *redisServer) start(t testing.TB) bool {
	t.Helper()
	r.process = exec.CommandContext(t.Context(), "redis-server", "--bind", "127.0.0.1", "--port", r.port, "--dir", r.dir,
		"--save", "", "--requirepass", r.password, "--logfile", "redis.log")
	if err := r.process.Start(); err != nil {
		t.Fatalf("%v: install redis-server", err)
	}
	r.ended = make(chan struct{})
	go func(process *exec.Cmd, ended chan<- struct{}) {
		_ = process.Wait() // says that it was killed
		close(ended)
	}(r.process, r.ended)
	options, err := redis.ParseURL(r.url)
	if err != nil {
		t.Fatal(err)
	}
	r.client = redis.NewClient(options)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if r.client.Ping(t.Context()).Err() == nil {
			return true
		}
		select {
		case <-tick.C:
		case <-r.ended:
			return false
		}
	}
}

// kill ends it at once, also if it is frozen.
func (r *redisServer) kill() {
	if r.process != nil {
		_ = r.process.Process.Kill()
		<-r.ended
		_ = r.client.Close()
	}
}

// freeze stops the process: connections stay open, and nothing answers.
func (r *redisServer) freeze() { _ = r.process.Process.Signal(syscall.SIGSTOP) }

func (r *redisServer) thaw() { _ = r.process.Process.Signal(syscall.SIGCONT) }

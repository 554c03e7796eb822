package main

import (
	"net"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisServer is a Redis of its own, empty, that a test can take away. It keeps nothing over a restart.
type redisServer struct {
	url     string
	port    string
	dir     string
	process *exec.Cmd
	client  *redis.Client
}

const redisPassword = "hunter2-REDIS"

func startRedis(t testing.TB) *redisServer {
	t.Helper()
	r := &redisServer{dir: t.TempDir()}
	t.Cleanup(r.kill)
	for range 20 { // another process may take the port first
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		r.port = strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
		_ = listener.Close()
		r.url = "redis://:" + redisPassword + "@127.0.0.1:" + r.port
		if r.start(t) {
			return r
		}
	}
	t.Fatal("no redis-server starts")
	return nil
}

// start returns whether it answers, rather than ends because the port is taken.
func (r *redisServer) start(t testing.TB) bool {
	t.Helper()
	r.process = exec.CommandContext(t.Context(), "redis-server", "--bind", "127.0.0.1", "--port", r.port, "--dir", r.dir,
		"--save", "", "--requirepass", redisPassword, "--logfile", "redis.log")
	if err := r.process.Start(); err != nil {
		t.Fatalf("%v: install redis-server", err)
	}
	ended := make(chan struct{})
	go func(process *exec.Cmd) {
		_ = process.Wait() // says that it was killed
		close(ended)
	}(r.process)
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
		case <-ended:
			return false
		}
	}
}

// kill ends it at once, also if it is frozen.
func (r *redisServer) kill() {
	if r.process != nil {
		_ = r.process.Process.Kill()
		_ = r.client.Close()
	}
}

// freeze stops the process: connections stay open, and nothing answers.
func (r *redisServer) freeze() { _ = r.process.Process.Signal(syscall.SIGSTOP) }

func (r *redisServer) thaw() { _ = r.process.Process.Signal(syscall.SIGCONT) }

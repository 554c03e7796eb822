package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"latchkey/internal/server"
	"latchkey/internal/testdb"
	"latchkey/internal/testhost"
)

const (
	slowOnes = 1000
	patience = time.Minute // for what takes a few seconds
	// most that a slow client may cost, in bytes, with its own end in this process and the race detector's share. What it has is a
	// buffer or two of 4 KiB, a goroutine or three, and what TLS knows.
	mostMemory = 160 << 10
)

func startForSlow(t *testing.T, tls bool, limits server.Limits, timeout time.Duration) *testServer {
	t.Helper()
	c := defaults(t, testdb.SQLite(t))
	p := pair{}
	if tls {
		p = selfSigned(t, "slow")
		dir := t.TempDir()
		c.TLSCert, c.TLSKey = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		write(t, c.TLSCert, p.cert)
		write(t, c.TLSKey, p.key)
	}
	s := startHost(t, c, server.Host{Timeout: timeout, HashCost: testhost.CheapHash, Limits: limits})
	if tls {
		s.client = p.client(t)
	}
	return s
}

// needDescriptors skips a test where the machine does not give it enough: both ends of each connection are in this process.
func needDescriptors(t *testing.T) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if need := uint64(2*slowOnes + 200); limit.Cur < need {
		t.Skipf("needs %d file descriptors, has %d: ulimit -n", need, limit.Cur)
	}
}

// These do not run in parallel with others: goroutines and memory are counted.
func TestAThousandSlowClientsLeaveMeWorking(t *testing.T) {
	needDescriptors(t)
	const never = 10 * time.Minute
	for _, k := range slowClients {
		if k.deaf {
			continue // a thousand of them would send millions of pings
		}
		t.Run(k.name, func(t *testing.T) {
			s := startForSlow(t, k.tls != "", server.Limits{Header: never, Read: never, Write: never, Idle: never}, noLimit)
			ada := s.join(t, "ada@example.org")
			s.send(t, "GET", "/playground.js", nil, nil)
			before, memory := runtime.NumGoroutine(), inUse()
			var connections []net.Conn
			for range slowOnes {
				connection, err := k.connect(t, s.address())
				if err != nil {
					t.Fatal(err)
				}
				connections = append(connections, connection)
			}
			await(t, "the server has all of them", func() bool { return runtime.NumGoroutine() >= before+slowOnes })
			for range 3 {
				s.ask(t, ada.token, me, nil).ok(t)
				for _, connection := range connections {
					if _, err := io.WriteString(connection, k.trifle); err != nil {
						t.Fatalf("cut off: %v", err)
					}
				}
			}
			each := (inUse() - memory) / slowOnes
			t.Logf("%d bytes for each, both ends", each)
			if each > mostMemory {
				t.Errorf("each holds %d bytes", each)
			}
			for _, connection := range connections {
				hangUp(connection)
			}
			await(t, "nothing is left of them", func() bool { return runtime.NumGoroutine() <= before+10 })
			s.ask(t, ada.token, me, nil).ok(t)
		})
	}
}

// However often they send another trifle.
func TestSlowClientsAreCutOff(t *testing.T) {
	const soon, each = time.Second, 25
	before := runtime.NumGoroutine()
	limits := server.Limits{Header: soon, Read: soon, Write: soon, Idle: soon}
	var servers []*testServer
	var clients sync.WaitGroup
	for _, tls := range []bool{false, true} {
		s := startForSlow(t, tls, limits, soon)
		servers = append(servers, s)
		for _, k := range slowClients {
			if tls == (k.tls != "") {
				clients.Go(func() { k.areCutOff(t, s.address(), each) })
			}
		}
	}
	clients.Wait()
	for _, s := range servers {
		if err := s.stop(); err != nil || s.log.Count("were cut off") > 0 {
			t.Errorf("something was in flight still: %v", err)
		}
	}
	await(t, "nothing is left of them", func() bool { return runtime.NumGoroutine() <= before+10 })
}

// areCutOff has so many clients send trifles until none of them is connected. Those that send nothing more wait for their end, but for
// the deaf: whether they are gone, only the server knows.
func (k slowClient) areCutOff(t *testing.T, address string, clients int) {
	var connected []net.Conn
	for range clients {
		if connection, err := k.connect(t, address); err == nil {
			connected = append(connected, connection)
		}
	}
	if len(connected) == 0 {
		t.Errorf("%s: nobody could begin", k.name)
	}
	if k.deaf {
		return
	}
	pace := time.NewTicker(10 * time.Millisecond)
	defer pace.Stop()
	for ; len(connected) > 0; <-pace.C {
		connected = slices.DeleteFunc(connected, func(connection net.Conn) bool {
			err := k.goesOn(connection)
			if isTimeout(err) {
				t.Errorf("%s: not cut off", k.name)
			}
			return err != nil
		})
	}
}

// goesOn sends a trifle, or waits for the end.
func (k slowClient) goesOn(connection net.Conn) error {
	if k.closed != nil {
		return k.closed(connection)
	}
	_, err := io.WriteString(connection, k.trifle)
	return err
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !is() {
		if ctx.Err() != nil {
			stacks := make([]byte, 1<<16)
			t.Fatalf("in vain: %s\n%s", what, stacks[:runtime.Stack(stacks, true)])
		}
		runtime.Gosched()
	}
}

// inUse is the memory of this process, in bytes, without what is free.
func inUse() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools had is gone after two
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

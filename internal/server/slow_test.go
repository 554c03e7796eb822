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
	"testing"
	"time"

	"latchkey/internal/server"
	"latchkey/internal/testdb"
	"latchkey/internal/testhost"
)

// patience is for what takes a few seconds.
const patience = time.Minute

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

// However often they send another trifle. It does not run in parallel with others: goroutines are counted.
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

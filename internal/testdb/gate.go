package testdb

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Gate stands between a server and its database, so that a test can take the database away.
type Gate struct {
	// URL is the database's, through the gate.
	URL string

	t      testing.TB
	target string // the database's host and port
	mu     sync.Mutex
	gate   net.Listener // nil while closed
	cutAt  []byte
	stall  bool
	callAt []byte
	call   func()
	lines  map[net.Conn]bool
}

// NewGate returns a closed gate in front of the database at databaseURL. It is closed at the end of the test.
func NewGate(t testing.TB, databaseURL string) *Gate {
	t.Helper()
	address, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &Gate{t: t, target: address.Host, lines: map[net.Conn]bool{}}
	address.Host = free.Addr().String()
	g.URL = address.String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g
}

// Open lets connections through.
func (g *Gate) Open() {
	g.t.Helper()
	address, err := url.Parse(g.URL)
	if err != nil {
		g.t.Fatal(err)
	}
	gate, err := net.Listen("tcp", address.Host)
	if err != nil {
		g.t.Fatal(err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gate = gate
	go g.accept(gate)
}

// Stall lets nothing more come back from the database, until Close.
func (g *Gate) Stall() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stall = true
}

// Close cuts all connections and refuses new ones.
func (g *Gate) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stall = false
	if g.gate != nil {
		_ = g.gate.Close()
		g.gate = nil
	}
	for line := range g.lines {
		_ = line.Close()
	}
	clear(g.lines)
}

// CutAt makes the gate cut a connection as soon as text has gone through it to the database, before anything comes back.
// "" ends that.
func (g *Gate) CutAt(text string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cutAt = []byte(text)
}

// CallAt makes the gate call f, once, as soon as text has gone through it to the database. Together with Stall it shows a
// server that waits for an answer.
func (g *Gate) CallAt(text string, f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.callAt, g.call = []byte(text), f
}

func (g *Gate) accept(gate net.Listener) {
	for {
		server, err := gate.Accept()
		if err != nil {
			return
		}
		database, err := net.Dial("tcp", g.target)
		if err != nil {
			_ = server.Close()
			continue
		}
		g.mu.Lock()
		g.lines[server], g.lines[database] = true, true
		g.mu.Unlock()
		go g.pass(server, database, true)
		go g.pass(database, server, false)
	}
}

// pass copies what comes from one side to the other until either is closed, and then closes both.
func (g *Gate) pass(from, to net.Conn, toDatabase bool) {
	defer to.Close()   //nolint:errcheck // the other side sees it
	defer from.Close() //nolint:errcheck // the other side sees it
	chunk := make([]byte, 64<<10)
	for {
		n, err := from.Read(chunk)
		if n > 0 {
			g.mu.Lock()
			cut := toDatabase && len(g.cutAt) > 0 && bytes.Contains(chunk[:n], g.cutAt)
			lost := !toDatabase && g.stall
			call := func() {}
			if toDatabase && g.call != nil && bytes.Contains(chunk[:n], g.callAt) {
				call, g.call = g.call, nil
			}
			g.mu.Unlock()
			if lost {
				continue
			}
			if cut {
				_ = from.Close() // nothing comes back
			}
			if _, err := to.Write(chunk[:n]); err != nil || cut {
				return
			}
			call() // after it was sent, and only if it was waited for before
		}
		if err != nil {
			return
		}
	}
}

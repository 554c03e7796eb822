package server

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// connections bounds how many there are at a time. For one more than that, the one is closed that has been idle longest: between two
// requests, where clients expect it. Otherwise one address that keeps all of them, which takes a request of each in two minutes, keeps
// everybody out. Where none is idle, one more waits until one is or is closed.
type connections struct {
	places chan struct{}

	mu      sync.Mutex
	waiting bool       // somebody waits for a place
	idle    *list.List // of net.Conn, the longest idle in front
	entries map[net.Conn]*list.Element
}

func newConnections(most int) *connections {
	return &connections{places: make(chan struct{}, most), idle: list.New(), entries: map[net.Conn]*list.Element{}}
}

// note is for http.Server.ConnState.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, known := c.entries[conn]
	switch {
	case state == http.StateIdle && !known:
		c.entries[conn] = c.idle.PushBack(conn)
		if c.waiting {
			c.closeIdle()
		}
	case state != http.StateIdle && known:
		c.idle.Remove(entry)
		delete(c.entries, conn)
	}
}

// wait tells whether somebody waits for a place, who gets that of the next idle one.
func (c *connections) wait(waiting bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = waiting
	if waiting {
		c.closeIdle()
	}
}

func (c *connections) closeIdle() {
	front := c.idle.Front()
	if front == nil {
		return
	}
	c.waiting = false // one is enough
	conn := c.idle.Remove(front).(net.Conn)
	delete(c.entries, conn)
	go conn.Close() //nolint:errcheck // TLS says goodbye, and waits for who does not read
}

// on returns listener with the bound.
func (c *connections) on(listener net.Listener) net.Listener {
	return &boundedListener{Listener: listener, connections: c, closed: make(chan struct{})}
}

type boundedListener struct {
	net.Listener
	connections *connections
	closed      chan struct{}
	once        sync.Once
}

// Accept returns a connection that has a place.
func (l *boundedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	places := l.connections.places
	select {
	case places <- struct{}{}:
		return &placed{Conn: conn, places: places}, nil
	default:
	}
	l.connections.wait(true)
	defer l.connections.wait(false)
	select {
	case places <- struct{}{}:
		return &placed{Conn: conn, places: places}, nil
	case <-l.closed:
		_ = conn.Close()
		return nil, net.ErrClosed
	}
}

// Close ends Accept too.
func (l *boundedListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// placed is a connection that has a place until it is closed.
type placed struct {
	net.Conn
	places chan struct{}
	once   sync.Once
}

// Close gives up the place.
func (p *placed) Close() error {
	err := p.Conn.Close()
	p.once.Do(func() { <-p.places })
	return err
}

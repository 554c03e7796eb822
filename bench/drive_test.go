//go:build linux

package bench_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// drive is a load: on so many connections, each of which sends its next request as soon as it is answered or, with a rate, when one
// is due. It counts after warming up.
type drive struct {
	addr        string
	connections int
	warmUp      time.Duration
	during      time.Duration
	perSecond   float64 // 0: as much as there is
	traffic     traffic
}

// driven is what came of it.
type driven struct {
	perSecond float64
	times     []time.Duration // of each request, counted from when it was due
	answered  int             // also while it warmed up
}

// link is a connection.
type link struct {
	fd       int
	began    time.Time // of the request under way, or when it was due
	received []byte
}

// run is a small HTTP client on one thread and one epoll: the load shares the cores with the server, and what it takes itself makes
// all servers look alike.
func (d drive) run() (done driven, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	poll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return done, err
	}
	defer unix.Close(poll) //nolint:errcheck // nothing is written to it
	links := make([]link, d.connections)
	var idle []int
	for i := range links {
		if links[i].fd, err = connect(d.addr); err != nil {
			return done, err
		}
		defer unix.Close(links[i].fd) //nolint:errcheck // all is answered, or has failed
		if err := unix.EpollCtl(poll, unix.EPOLL_CTL_ADD, links[i].fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}); err != nil {
			return done, err
		}
		links[i].received = make([]byte, 0, 16<<10)
		idle = append(idle, i)
	}
	interval := time.Duration(0)
	if d.perSecond > 0 {
		interval = time.Duration(float64(time.Second) / d.perSecond)
	}
	now := time.Now()
	due, counted, end := now, now.Add(d.warmUp), now.Add(d.warmUp+d.during)
	events := make([]unix.EpollEvent, d.connections)
	for now.Before(end) || len(idle) < len(links) {
		for ; len(idle) > 0 && now.Before(end) && !due.After(now); due = due.Add(interval) {
			i := idle[0] // which has waited longest
			idle = idle[1:]
			links[i].began = now
			if interval > 0 {
				links[i].began = due
			}
			if err := send(links[i].fd, d.traffic.next(i)); err != nil {
				return done, err
			}
		}
		wait := 10 * time.Second // more than any answer takes
		if len(idle) > 0 && now.Before(end) {
			wait = max(0, time.Until(due))
		}
		n, err := pollWait(poll, events, wait)
		if err != nil {
			return done, err
		}
		now = time.Now()
		if n == 0 && wait > time.Second {
			return done, errors.New("no answer")
		}
		for _, event := range events[:n] {
			i := int(event.Fd)
			body, err := links[i].receive()
			if err == nil && body != nil {
				err = d.traffic.check(i, body)
			}
			if err != nil {
				return done, err
			}
			if body == nil {
				continue
			}
			links[i].received = links[i].received[:0]
			idle = append(idle, i)
			done.answered++
			if now.After(counted) && now.Before(end) {
				done.times = append(done.times, now.Sub(links[i].began))
			}
		}
	}
	done.perSecond = float64(len(done.times)) / d.during.Seconds()
	return done, nil
}

func connect(addr string) (int, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	return fd, errors.Join(
		unix.Connect(fd, &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())}),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		unix.SetNonblock(fd, true),
	)
}

// send writes a request, for which there is room: the one before it has been answered.
func send(fd int, request []byte) error {
	n, err := unix.Write(fd, request)
	if err == nil && n < len(request) {
		err = errors.New("a request was sent in part")
	}
	return err
}

// receive returns the body of the answer, or nil if it is not complete. What else the status is than 200 is an error.
func (l *link) receive() ([]byte, error) {
	n, err := unix.Read(l.fd, l.received[len(l.received):cap(l.received)])
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errors.New("the connection was closed, or an answer is too long")
	}
	l.received = l.received[:len(l.received)+n]
	header, rest, complete := bytes.Cut(l.received, []byte("\r\n\r\n"))
	if !complete {
		return nil, nil
	}
	if !bytes.HasPrefix(header, []byte("HTTP/1.1 200 ")) {
		return nil, fmt.Errorf("refused: %s", l.received)
	}
	_, text, _ := bytes.Cut(header, []byte("\r\nContent-Length: "))
	text, _, _ = bytes.Cut(text, []byte("\r\n"))
	length, err := strconv.Atoi(string(text))
	if err != nil || len(rest) < length {
		return nil, err
	}
	return rest, nil
}

package server

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Limits are how long a client may take, and how many there may be. Who takes longer is cut off.
type Limits struct {
	Header time.Duration // to shake hands (TLS), and again to send a request's header
	Read   time.Duration // to send all of a request, counted from the start of its header
	Write  time.Duration // to read the answer, counted from when it has to be there at the latest
	Idle   time.Duration // between two requests on a connection

	Connections int // open at a time; for more, idle ones are closed, or they wait
}

// DefaultLimits are ample for people on bad lines. Connections leaves file descriptors to the database and the keys, and bounds what
// slow clients hold: 7 to 70 KB each, with TLS 15 to 105, and over HTTP/2 1.2 MB for those that do all they may.
var DefaultLimits = Limits{
	Header: 10 * time.Second, Read: 30 * time.Second, Write: 30 * time.Second, Idle: 2 * time.Minute, Connections: 10_000,
}

func (l Limits) orDefault() Limits {
	return Limits{
		Header:      cmp.Or(l.Header, DefaultLimits.Header),
		Read:        cmp.Or(l.Read, DefaultLimits.Read),
		Write:       cmp.Or(l.Write, DefaultLimits.Write),
		Idle:        cmp.Or(l.Idle, DefaultLimits.Idle),
		Connections: cmp.Or(l.Connections, DefaultLimits.Connections),
	}
}

const (
	drainLimit = 10 * time.Second // for requests in flight at the end
	// maxHeader bounds a request's line and headers, in bytes (net/http adds 4 KiB). An access token has less than 1 KiB, tokens of
	// others up to 8, all cookies of a domain seldom 8, and a query in the address of a GET up to 8.
	maxHeader = 32 << 10
)

// newServer returns a server that no client can hold up for longer than the host's Limits.
func newServer(handler http.Handler, host Host) *http.Server {
	limits := host.Limits.orDefault()
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true) // over TLS only: who terminates TLS in front of this server speaks HTTP/1.1 to it
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: limits.Header,
		ReadTimeout:       limits.Read,
		WriteTimeout:      limits.Read + host.Timeout + limits.Write, // counts from the end of the header
		IdleTimeout:       limits.Idle,
		MaxHeaderBytes:    maxHeader,
		Protocols:         &protocols,
		HTTP2: &http.HTTP2Config{
			// RFC 9113 §6.5.2 recommends 100. But a header that is sent once, compressed, is in memory for each stream: a connection
			// would hold 5 MB. Of those that are reset, four times as many may wait for their handlers to end before the connection
			// is closed (CVE-2023-44487).
			MaxConcurrentStreams: 20,
			// The least there is. A buffer for a whole frame is there once its header is: with Go's default, nine bytes hold 1 MiB.
			MaxReadFrameSize: 16 << 10,
			// A stream's own limits do not end what is not a stream's: a client that reads nothing at all.
			WriteByteTimeout: limits.Write,
		},
		DisableGeneralOptionsHandler: true, // OPTIONS * goes the way of all requests
		ErrorLog:                     slog.NewLogLogger(quietly{host.Log.Handler()}, slog.LevelWarn),
	}
}

// serve answers on listener until ctx is done and who should notice has, with TLS if the server has a configuration for it.
func serve(ctx context.Context, server *http.Server, listener net.Listener, leaving *leaving, host Host, playground bool) error {
	run, scheme := server.Serve, "http"
	if server.TLSConfig != nil {
		run, scheme = func(l net.Listener) error { return server.ServeTLS(l, "", "") }, "https"
	}
	failed := make(chan error, 1)
	open := newConnections(host.Limits.orDefault().Connections)
	server.ConnState = open.note
	go func() { failed <- run(open.on(listener)) }()
	greet(host.Log, scheme, listener.Addr(), playground)
	if host.Ready != nil {
		host.Ready(listener.Addr())
	}

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	notice := leaving.begin()
	host.Log.Info("stopping", "notice", notice.String())
	select {
	case err := <-failed:
		return err
	case <-time.After(notice):
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainLimit)
	defer cancel()
	if err := server.Shutdown(draining); err != nil {
		host.Log.Warn("requests that took too long were cut off")
		return server.Close()
	}
	host.Log.Info("stopped")
	return nil
}

// greet says where everything is, in one line.
func greet(log *slog.Logger, scheme string, addr net.Addr, playground bool) {
	url := scheme + "://" + addr.String()
	if tcp, ok := addr.(*net.TCPAddr); ok && (tcp.IP.IsUnspecified() || tcp.IP.IsLoopback()) {
		url = fmt.Sprintf("%s://localhost:%d", scheme, tcp.Port)
	}
	if playground {
		log.Info("ready", "playground", url+"/", "graphql", url+"/graphql")
	} else {
		log.Info("ready", "graphql", url+"/graphql")
	}
}

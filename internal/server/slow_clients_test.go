package server_test

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slowClient is a way of holding a server up. Once connected it has done all but the last of what it wants an answer to.
type slowClient struct {
	name   string
	tls    string               // the protocol it negotiates, "" for none
	opens  string               // what it sends first
	reads  string               // what it has read then: an answer up to this
	trifle string               // what it sends again and again
	closed func(net.Conn) error // nil: its trifles fail once it is cut off
	deaf   bool                 // it can't tell that it is cut off, because it does not read what came before that
}

const request = " HTTP/1.1\r\nHost: x\r\n"

// slowClients are all of them. Those of HTTP/1.1 fare the same over TLS, once they have shaken hands.
var slowClients = []slowClient{
	{name: "a header byte by byte", opens: "GET /healthz" + request + "X-Slow: ", trifle: "x"},
	{name: "a body byte by byte", opens: "POST /graphql" + request + "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{", trifle: " "},
	{name: "a body in chunks of a byte", opens: "POST /graphql" + request + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", trifle: "1\r\n \r\n"},
	{name: "answers that are not read", opens: "GET /playground.js" + request + "\r\n", trifle: "G"},
	{name: "nothing", closed: atItsEnd},
	{name: "nothing more after an answer", opens: "GET /healthz" + request + "\r\n", reads: "ok\n", closed: atItsEnd},
	{name: "a handshake byte by byte", tls: "none", opens: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", trifle: "x"},
	{name: "nothing after the handshake", tls: "http/1.1", closed: atItsEnd},
	{name: "a header byte by byte over TLS", tls: "http/1.1", opens: "GET /healthz" + request + "X-Slow: ", trifle: "x"},
	{name: "a frame of HTTP/2 byte by byte", tls: "h2", opens: preface + frame(headers, endHeaders, 1, 16<<10, ""), trifle: "x"},
	{name: "a header of HTTP/2 that is always continued", tls: "h2", opens: preface + frame(headers, 0, 1, 0, ""), trifle: frame(continuation, 0, 1, 0, "")},
	{name: "a body over HTTP/2 byte by byte", tls: "h2", opens: preface + post, trifle: frame(data, 0, 1, 1, " ")},
	{name: "an answer over HTTP/2 that has no window", tls: "h2", opens: preface + noWindow + get, trifle: frame(windowUpdate, 0, 0, 4, "\x00\x00\x00\x01")},
	{name: "pings over HTTP/2 whose answers are not read", tls: "h2", opens: preface + strings.Repeat(frame(ping, 0, 0, 8, "latchkey"), 8000), deaf: true},
}

// Frames of HTTP/2 (RFC 9113 §6). The headers are of HPACK's static table and literals (RFC 7541 §6).
const (
	data, headers, settings, ping, windowUpdate, continuation = 0, 1, 4, 6, 8, 9
	endStream, endHeaders                                     = 1, 4
)

var (
	preface  = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(settings, 0, 0, 0, "")
	noWindow = frame(settings, 0, 0, 6, "\x00\x04\x00\x00\x00\x00") // SETTINGS_INITIAL_WINDOW_SIZE
	post     = block("\x83\x87" + literal("\x04", "/graphql") + literal("\x01", "x") + literal("\x0f\x10", "application/json"))
	get      = block("\x82\x87" + literal("\x04", "/playground.js") + literal("\x01", "x"))
)

func literal(name, value string) string { return name + string(rune(len(value))) + value }

func block(fields string) string {
	flags := byte(endHeaders)
	if strings.HasPrefix(fields, "\x82") { // a GET has no body
		flags |= endStream
	}
	return frame(headers, flags, 1, len(fields), fields)
}

func frame(kind, flags byte, stream uint32, length int, payload string) string {
	head := binary.BigEndian.AppendUint32(nil, uint32(length)<<8|uint32(kind))
	return string(binary.BigEndian.AppendUint32(append(head, flags), stream)) + payload
}

// connect does what the client does first. The error is the server's, which cut it off before that.
func (k slowClient) connect(t testing.TB, address string) (net.Conn, error) {
	t.Helper()
	plain, err := (&net.Dialer{Control: narrow}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = plain.Close() })
	_ = plain.SetDeadline(time.Now().Add(patience))
	connection := plain
	if k.tls == "h2" || k.tls == "http/1.1" {
		secure := tls.Client(plain, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{k.tls}, CurvePreferences: []tls.CurveID{tls.X25519}})
		if err := secure.HandshakeContext(t.Context()); err != nil {
			return nil, err
		}
		connection = secure
	}
	if _, err := io.WriteString(connection, k.opens); err != nil {
		return nil, err
	}
	for answer := ""; !strings.HasSuffix(answer, k.reads); {
		buffer := make([]byte, 512)
		n, err := connection.Read(buffer)
		if err != nil {
			return nil, err
		}
		answer += string(buffer[:n])
	}
	return connection, nil
}

// hangUp closes a connection at once. TLS would say goodbye first, and wait for who does not read.
func hangUp(connection net.Conn) {
	if secure, ok := connection.(*tls.Conn); ok {
		connection = secure.NetConn()
	}
	_ = connection.Close()
}

// narrow makes a connection like one over a network: on the loopback interface the kernel takes megabytes for who does not read.
func narrow(_, _ string, connection syscall.RawConn) error {
	var err error
	_ = connection.Control(func(fd uintptr) {
		err = errors.Join(
			syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1460),
			syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 8<<10),
		)
	})
	return err
}

// atItsEnd waits until the server has closed a connection that it sends nothing more to.
func atItsEnd(connection net.Conn) error {
	_, err := io.Copy(io.Discard, connection)
	if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return err
}

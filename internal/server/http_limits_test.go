package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/internal/server"
	"latchkey/internal/testdb"
	"latchkey/internal/testhost"
)

func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*testServer{"HTTP/1.1": start(t, testdb.SQLite(t)), "HTTP/2": startTLS(t, selfSigned(t, "first"))} {
		ada := s.join(t, "ada@example.org")
		// A token of another server with many claims, and the cookies of all that is developed on one host.
		header := http.Header{"Authorization": {"Bearer " + strings.Repeat("x", 8<<10)}, "Cookie": {"a=" + strings.Repeat("x", 16<<10)}}
		s.askWith(t, header, `{ __typename }`, nil).ok(t)
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/healthz", nil)
		request.Header.Set("X-Long", strings.Repeat("x", 40<<10))
		response, err := s.client.Do(request)
		if err == nil { // else the server hung up while the client still sent
			_ = response.Body.Close()
			if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("%s: 40 KiB get %d", name, response.StatusCode)
			}
		}
		s.ask(t, ada.token, me, nil).ok(t)
	}
}

// net/http answers some requests before any handler sees them. What it says is plain text of its own.
func TestWhatIsNotHTTPIsRefusedWithoutRepeatingIt(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	for request, status := range map[string]int{
		marker + "\r\n\r\n":                                                               400,
		"GET / HTTP/9.9\r\n\r\n":                                                          505,
		"GET / HTTP/1.1\r\n\r\n":                                                          400, // no Host
		"GET / HTTP/1.1\r\nHost: " + marker + " x\r\n\r\n":                                400,
		"GET / HTTP/1.1\r\nHost: x\r\n" + marker + "\r\n\r\n":                             400,
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + marker + "\r\n\r\n":         501,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n":    400, // smuggling
		"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n":                 400,
		"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n":                                           400,
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":                                                400, // HTTP/2 in clear text
		"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n":               404,
		"GET http://elsewhere.example/graphql/" + marker + " HTTP/1.1\r\nHost: x\r\n\r\n": 404,
	} {
		connection, err := net.Dial("tcp", s.address())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(connection, request); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Fatalf("%q: %v", request, err)
		}
		body, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
		_ = connection.Close()
		if response.StatusCode != status || strings.Contains(fmt.Sprint(string(body), response.Header), marker) {
			t.Errorf("%q gets %d: %s", request, response.StatusCode, body)
		}
		if media := response.Header.Get("Content-Type"); len(body) > 0 && !strings.HasPrefix(media, "text/plain") {
			t.Errorf("%q gets %s", request, media)
		}
	}
	if strings.Contains(s.log.String(), marker) {
		t.Error("the log repeats it")
	}
}

// More clients than there may be wait, and are answered when another one leaves.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	s := startHost(t, defaults(t, testdb.SQLite(t)), server.Host{
		Timeout: noLimit, HashCost: testhost.CheapHash, Limits: server.Limits{Connections: 2},
	})
	busy := slowClients[1] // its request has begun
	first, err := busy.connect(t, s.address())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := busy.connect(t, s.address()); err != nil {
		t.Fatal(err)
	}
	third, err := net.Dial("tcp", s.address())
	if err != nil {
		t.Fatal(err)
	}
	defer third.Close() //nolint:errcheck // read to its end
	if _, err := io.WriteString(third, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	// Nobody tells that it waits. Without the bound it would be answered at once.
	if err := third.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := third.Read(make([]byte, 1)); !isTimeout(err) {
		t.Errorf("the third is answered: %v", err)
	}
	if err := third.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := s.log.Count(`"msg":"request"`); got != 0 {
		t.Errorf("%d requests were answered", got)
	}
	hangUp(first)
	response, err := http.ReadResponse(bufio.NewReader(third), nil)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%v, %v", response, err)
	}
	hangUp(third)
}

// Otherwise one address could keep everybody out, by a request of each connection in two minutes.
func TestIdleConnectionsMakeWayForOthers(t *testing.T) {
	t.Parallel()
	few := server.Host{Timeout: noLimit, HashCost: testhost.CheapHash, Limits: server.Limits{Connections: 2}}
	certificate := selfSigned(t, "first")
	secure := defaults(t, testdb.SQLite(t))
	secure.TLSCert, secure.TLSKey = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	write(t, secure.TLSCert, certificate.cert)
	write(t, secure.TLSKey, certificate.key)
	for _, s := range []*testServer{startHost(t, defaults(t, testdb.SQLite(t)), few), startHost(t, secure, few)} {
		var clients [3]*http.Client // each with a connection of its own, which it keeps
		for i := range clients {
			clients[i] = certificate.client(t)
		}
		for i := range 9 {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			request, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/healthz", nil)
			response, err := clients[i%len(clients)].Do(request)
			if err != nil && ctx.Err() == nil { // its connection was closed just before, and it had not noticed
				response, err = clients[i%len(clients)].Do(request)
			}
			cancel()
			if err != nil {
				t.Fatalf("request %d to %s: %v", i, s.url, err)
			}
			_ = response.Body.Close()
		}
	}
}

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPagesOfAllowedOriginsReadEveryAnswer(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	s := startService(t, l, func(c *config) { c.origins = "https://app.example.org,http://localhost:*" })
	ada := l.signUp(t, "ada")
	for origin, allowed := range map[string]bool{
		"https://app.example.org": true, "http://localhost:5173": true, "https://evil.example": false, "https://localhost:5173": false,
	} {
		want := ""
		if allowed {
			want = origin
		}
		preflight := request(t, http.MethodOptions, s.url, http.Header{
			"Origin": {origin}, "Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"authorization,content-type"},
		}, nil)
		if got := preflight.header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("preflight from %s: allowed %q", origin, got)
		}
		if got := preflight.header.Get("Access-Control-Allow-Headers"); allowed != (got == "authorization,content-type") {
			t.Errorf("preflight from %s: headers %q", origin, got)
		}
		for name, authorization := range map[string]string{"accepted": "Bearer " + ada, "refused": ""} {
			got := request(t, http.MethodPost, s.url, http.Header{
				"Origin": {origin}, "Content-Type": {"application/json"}, "Authorization": {authorization},
			}, []byte(`{"query": "{ workItems { nodes { id } } }"}`))
			if got.header.Get("Access-Control-Allow-Origin") != want || got.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s from %s: %v", name, origin, got.header)
			}
		}
	}
}

func TestWhatIsNotGraphQLOverHTTPIsRefused(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	s := startService(t, l)
	ada := l.signUp(t, "ada")
	header := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + ada}}
	over := func(query string) string { return s.url + "?query=" + url.QueryEscape(query) }
	for name, c := range map[string]struct {
		method, url, body string
		status            int
		code              string
	}{
		"a query over GET":         {http.MethodGet, over(`{ workItems { nodes { title } } }`), "", 200, ""},
		"a mutation over GET":      {http.MethodGet, over(createTea), "", http.StatusNotAcceptable, ""},
		"another method":           {http.MethodPut, s.url, `{"query": "{ __typename }"}`, http.StatusMethodNotAllowed, ""},
		"another path":             {http.MethodPost, s.url + "/x", `{"query": "{ __typename }"}`, http.StatusNotFound, ""},
		"a body that is no JSON":   {http.MethodPost, s.url, `hunter2`, http.StatusBadRequest, "BAD_REQUEST"},
		"a body that is too large": {http.MethodPost, s.url, `{"query": "{ __typename }` + strings.Repeat(" ", 64<<10) + `"}`, 200, "BAD_REQUEST"},
		"a large document":         {http.MethodPost, s.url, `{"query": "{` + strings.Repeat(" __typename", 1000) + ` }"}`, http.StatusUnprocessableEntity, "GRAPHQL_PARSE_FAILED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := request(t, c.method, c.url, header, []byte(c.body))
			if got.status != c.status || got.code() != c.code || strings.Contains(got.text, "hunter2") {
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
	if got := s.titles(t, ada); got != "" {
		t.Errorf("there are %q", got)
	}
	large := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + strings.Repeat("x", 32<<10)}}
	if got := request(t, http.MethodPost, s.url, large, nil); got.status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a token that is too large: %d %s", got.status, got.text)
	}
}

// Apollo and others read errors of an answer that is not 200 only if it has the newer media type.
func TestRefusalsHaveTheMediaTypeThatTheClientAsksFor(t *testing.T) {
	t.Parallel()
	s := startService(t, startLatchkey(t))
	for accept, want := range map[string]string{
		"": "application/json", "*/*": "application/json", "application/json": "application/json",
		"application/graphql-response+json,application/json;q=0.9": "application/graphql-response+json",
	} {
		got := request(t, http.MethodPost, s.url, http.Header{"Content-Type": {"application/json"}, "Accept": {accept}}, nil)
		if got.header.Get("Content-Type") != want || got.code() != "UNAUTHENTICATED MISSING" {
			t.Errorf("%q: %v %s", accept, got.header, got.text)
		}
	}
}

// The request is in flight when the service is stopped: its head has been read, its body is not complete yet.
func TestRequestsInFlightFinish(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	s := startService(t, l)
	ada := l.signUp(t, "ada")
	address, _ := url.Parse(s.url)
	connection, err := net.Dial("tcp", "127.0.0.1:"+address.Port())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close() //nolint:errcheck // read to its end
	body, _ := json.Marshal(map[string]string{"query": createTea})
	_, _ = fmt.Fprintf(connection, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\n"+
		"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n", ada, len(body))
	reader := bufio.NewReader(connection)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("%q, %v", line, err)
	}
	stopped := make(chan struct{})
	go func() { s.stop(); close(stopped) }()
	await(t, "the end of new connections", func() bool {
		another, err := net.Dial("tcp", "127.0.0.1:"+address.Port())
		if err == nil {
			_ = another.Close()
		}
		return err != nil
	})
	_, _ = connection.Write(body)
	answer, err := io.ReadAll(reader)
	if err != nil || !strings.Contains(string(answer), `{"data":{"createWorkItem":{"workItem":{"id":"`) {
		t.Errorf("%s, %v", answer, err)
	}
	<-stopped
}

func TestADefectIsNotToldButLogged(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	file := filepath.Join(t.TempDir(), "work-items.db")
	s := startService(t, l, func(c *config) { c.database = file })
	ada := l.signUp(t, "ada")
	dropTable(t, file)
	got := s.do(t, ada, createTea)
	if got.code() != "INTERNAL" || strings.Contains(got.text, "work_items") || !strings.Contains(s.log.String(), "no such table: work_items") {
		t.Errorf("answered %s, logged %s", got.text, s.log)
	}
	if strings.Contains(s.log.String(), ada) {
		t.Error("the log has the token")
	}
}

func TestSettingsThatAreNotUnderstoodEndTheStart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]config{
		"no such way":        {revocation: "maybe", latchkey: "http://localhost:1"},
		"no URL of Redis":    {revocation: "redis", redis: "http://:hunter2@localhost", latchkey: "http://localhost:1"},
		"no URL of Latchkey": {revocation: "off", latchkey: "localhost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.addr, c.database, c.keysAge = "127.0.0.1:0", filepath.Join(t.TempDir(), "x.db"), time.Hour
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err := run(ctx, c, slog.New(slog.DiscardHandler), time.Now, func(string) { cancel() })
			if err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v", err)
			}
		})
	}
}

//go:build cluster

package cluster_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// What these tests put up with has to be little: no answer where a server is killed, and nowhere else; and never something that is not GraphQL.
func TestAnAnswerIsLostOnlyWhereAServerIsKilled(t *testing.T) {
	write := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) } //nolint:errcheck // whoever reads it tells
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		code    string
		fails   map[string]bool // by what is done to a server
	}{
		"an answer":     {write(`{"data":{}}`), "", map[string]bool{"nothing": false, "kill": false, "stop": false}},
		"UNAVAILABLE":   {write(`{"errors":[{"extensions":{"code":"UNAVAILABLE"}}]}`), "UNAVAILABLE", map[string]bool{"nothing": false, "kill": false}},
		"no code":       {write(`{"errors":[{}]}`), notGraphQL, map[string]bool{"nothing": true, "kill": true}},
		"empty":         {write(`{}`), notGraphQL, map[string]bool{"nothing": true, "kill": true}},
		"HTML":          {write(`<h1>Bad Gateway</h1>`), notGraphQL, map[string]bool{"nothing": true, "kill": true}},
		"hung up":       {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, lost, map[string]bool{"nothing": true, "kill": false, "stop": true}},
		"cut off":       {cutOff, lost, map[string]bool{"nothing": true, "kill": false, "stop": true}},
		"never":         {never, late, map[string]bool{"nothing": true, "kill": true}},
		"another error": {write(`{"errors":[{"extensions":{"code":"INTERNAL"}}]}`), "INTERNAL", map[string]bool{"nothing": true, "kill": true}},
	} {
		for done, fails := range c.fails {
			t.Run(name+", "+done, func(t *testing.T) {
				there := httptest.NewServer(c.handler)
				defer there.Close()
				heard, behind := &deaf{TB: t}, &server{}
				if done != "nothing" {
					behind.leaves(done == "kill")
				}
				proxy := newClient(t, there.URL)
				defer proxy.http.CloseIdleConnections()
				if c.code == late {
					proxy.http.Timeout = 50 * time.Millisecond
				}
				people := &crowd{t: heard, proxy: proxy, servers: []*server{behind}}
				if a := people.do("me", "", `{ __typename }`, nil); a.code != c.code || heard.failed != fails {
					t.Errorf("it is %q, and wrong: %v; want %q, %v", a.code, heard.failed, c.code, fails)
				}
				behind.isBack()
				if a := people.do("me", "", `{ __typename }`, nil); a.code == lost && !heard.failed {
					t.Error("lost, and the server was back")
				}
			})
		}
	}
}

func never(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then is it noticed that the client has gone
	<-r.Context().Done()
}

func cutOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	fmt.Fprint(w, `{"data":`) //nolint:errcheck // nobody reads all of it
}

// deaf is a test that does not fail, and remembers that it should have.
type deaf struct {
	testing.TB
	failed bool
}

func (d *deaf) Errorf(string, ...any) { d.failed = true }

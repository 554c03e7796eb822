package graph

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// told returns the origins that the log names.
func (h *testHandler) told(t *testing.T) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(h.log.String()) {
		var entry struct{ Level, Msg, Origin string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("not a line of JSON: %v: %s", err, line)
		}
		if entry.Level != "WARN" {
			t.Errorf("the level is %s", entry.Level)
		}
		if strings.Contains(entry.Msg, "LATCHKEY_ALLOWED_ORIGINS") {
			all = append(all, entry.Origin)
		}
	}
	return all
}

// visit sends a request as a page of an origin would.
func (h *testHandler) visit(origin string, headers ...string) {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"{ __typename }"}`))
	r.Host = "id.example.org:8443"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", origin)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	h.answer(r)
}

func TestRefusedOriginIsToldOnceWithTheVariableToSet(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	preflight := httptest.NewRequest(http.MethodOptions, "/graphql", nil)
	preflight.Header.Set("Origin", "http://localhost:5173")
	preflight.Header.Set("Access-Control-Request-Method", http.MethodPost)
	h.answer(preflight)
	var visitors sync.WaitGroup
	for range 20 {
		visitors.Go(func() { h.visit("http://localhost:5173") })
	}
	visitors.Wait()
	h.visit("https://other.example.org:8443")
	h.visit("http://[::1]:5173")
	h.visit("http://localhost:5173")
	want := []string{"http://localhost:5173", "https://other.example.org:8443", "http://[::1]:5173"}
	if got := h.told(t); !slices.Equal(got, want) {
		t.Errorf("told of %v, want %v", got, want)
	}
}

func TestWhatIsNotRefusedIsNotTold(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	h.visit("")
	h.visit("https://app.example.org")                                                       // allowed
	h.visit("https://id.example.org:8443")                                                   // the same, by the request's host
	h.visit("https://login.example.org", "Sec-Fetch-Site", "same-origin")                    // the same, as the browser sees it
	h.answer(httptest.NewRequest(http.MethodGet, "/graphql?query={__typename}", nil))        // a link
	h.answer(httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader("hunter2"))) // a program
	if h.log.Len() > 0 {
		t.Errorf("logged %s", h.log)
	}
}

func TestWhatIsNoOriginToAllowIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{
		"null", "hunter2", "https://hunter2@evil.example", "https://evil.example/hunter2", "https://evil.example?hunter2",
		"https://hunter2.example https://evil.example", "https://HUNTER2.example", "chrome-extension://hunter2", "javascript:hunter2",
		"https://hunter2.example\x00", "https://hunter2.example\n", "https://hunter2.example\u2028", "https://hunter2.exämple", "https://hunter2.example:*",
		"https://hunter2.example:123456", "https://hunter2" + strings.Repeat(".example", 40), "http://[hunter2]", "https://",
	} {
		t.Run(origin, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			h.visit(origin)
			h.visit(origin)
			if got := h.told(t); len(got) != 1 || strings.Contains(h.log.String(), "hunter2") || h.log.Len() > 500 {
				t.Errorf("logged %s", h.log)
			}
		})
	}
}

func TestNobodyCanFillTheLogWithOrigins(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	now := noon
	h.graph.strangers.now = func() time.Time { return now }
	for hour := 1; hour <= 2; hour++ {
		for i := range 3 * maxStrangers {
			h.visit(fmt.Sprintf("https://%d.example", i))
		}
		now = now.Add(strangersFor - time.Second)
		h.visit("http://localhost:5173")
		if got := h.told(t); len(got) != hour*maxStrangers || strings.Count(h.log.String(), "\n") != hour*(maxStrangers+1) || len(h.graph.strangers.told) != maxStrangers {
			t.Errorf("told of %d origins, in %d lines, and remembers %d", len(got), strings.Count(h.log.String(), "\n"), len(h.graph.strangers.told))
		}
		now = now.Add(time.Second)
	}
	// Nor can anyone hide the operator's own for longer.
	h.visit("http://localhost:5173")
	if got := h.told(t); got[len(got)-1] != "http://localhost:5173" {
		t.Errorf("told of %v at last", got[len(got)-1])
	}
}

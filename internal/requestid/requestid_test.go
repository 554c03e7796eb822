package requestid_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"latchkey/internal/requestid"
)

// exchange is one request through the middleware: what the handler saw, the response and the one log line.
type exchange struct {
	inside   string // the id in the handler's context
	response *http.Response
	text     string // the log
	line     map[string]any
}

func do(t *testing.T, r *http.Request, handler http.HandlerFunc) exchange {
	t.Helper()
	var e exchange
	var text bytes.Buffer
	moment := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time {
		moment = moment.Add(25 * time.Millisecond)
		return moment
	}
	log := slog.New(slog.NewJSONHandler(&text, nil))
	middleware := requestid.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.inside = requestid.FromContext(r.Context())
		handler(w, r)
	}), log, clock)
	recorder := httptest.NewRecorder()
	middleware.ServeHTTP(recorder, r)
	e.response = recorder.Result()
	e.text = text.String()
	if err := json.Unmarshal(text.Bytes(), &e.line); err != nil {
		t.Fatalf("not one line of JSON: %v: %s", err, e.text)
	}
	return e
}

func answer(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func get(address string) *http.Request { return httptest.NewRequest(http.MethodGet, address, nil) }

func TestMiddlewareGivesOneIDToResponseContextAndLog(t *testing.T) {
	t.Parallel()
	e := do(t, get("/graphql"), answer(http.StatusOK))
	id := e.response.Header.Get("X-Request-Id")
	if len(id) < 20 { // 128 bits and more, whatever the alphabet
		t.Errorf("the id is %q", id)
	}
	if e.inside != id || e.line["requestId"] != id {
		t.Errorf("header %q, context %q, log %v", id, e.inside, e.line["requestId"])
	}
}

func TestMiddlewareGivesEachRequestAnotherID(t *testing.T) {
	t.Parallel()
	first, second := do(t, get("/"), answer(http.StatusOK)), do(t, get("/"), answer(http.StatusOK))
	if first.inside == second.inside {
		t.Errorf("two requests have the id %q", first.inside)
	}
}

func TestMiddlewareIgnoresAnIDThatTheClientSent(t *testing.T) {
	t.Parallel()
	r := get("/")
	r.Header.Set("X-Request-Id", "hunter2-SECRET")
	e := do(t, r, answer(http.StatusOK))
	if values := e.response.Header.Values("X-Request-Id"); len(values) != 1 || values[0] == "hunter2-SECRET" {
		t.Errorf("the header is %q", values)
	}
	if strings.Contains(e.inside+e.text, "hunter2-SECRET") {
		t.Errorf("context %q, log %s", e.inside, e.text)
	}
}

func TestMiddlewareLogs(t *testing.T) {
	t.Parallel()
	t.Run("method, route and how long it took", func(t *testing.T) {
		t.Parallel()
		mux := http.NewServeMux()
		mux.HandleFunc("/graphql/{rest...}", answer(http.StatusOK))
		e := do(t, httptest.NewRequest(http.MethodPost, "/graphql/hunter2-SECRET", nil), mux.ServeHTTP)
		if e.line["method"] != "POST" || e.line["route"] != "/graphql/{rest...}" || e.line["milliseconds"] != 25.0 ||
			strings.Contains(e.text, "hunter2") {
			t.Errorf("logged %s", e.text)
		}
	})
	t.Run("never the query, the headers or the body", func(t *testing.T) {
		t.Parallel()
		r := httptest.NewRequest(http.MethodPost, "/graphql?query=%7Bme%7D&token=hunter2-SECRET#hunter2-SECRET",
			strings.NewReader("hunter2-SECRET"))
		r.Header.Set("Authorization", "Bearer hunter2-SECRET")
		r.Header.Set("Cookie", "a=hunter2-SECRET")
		e := do(t, r, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
		if strings.Contains(e.text, "hunter2-SECRET") || strings.Contains(e.text, "query") {
			t.Errorf("logged %s", e.text)
		}
	})
	t.Run("a path with a line break on one line", func(t *testing.T) {
		t.Parallel()
		e := do(t, get("/a%0Ab"), answer(http.StatusOK))
		if strings.Count(e.text, "\n") != 1 {
			t.Errorf("logged %q", e.text)
		}
	})
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		want    float64
	}{
		{"the status that was set", answer(http.StatusTeapot), http.StatusTeapot},
		{"the status 200 if none was set", func(http.ResponseWriter, *http.Request) {}, http.StatusOK},
		{"the status 200 if a body came first", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "body")
		}, http.StatusOK},
		{"the final status, not an early hint", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusNotFound)
		}, http.StatusNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if e := do(t, get("/"), c.handler); e.line["status"] != c.want {
				t.Errorf("logged %v, want %v", e.line["status"], c.want)
			}
		})
	}
}

func TestMiddlewareLogsARequestWhoseHandlerPanics(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	handler := requestid.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(errGone) }),
		slog.New(slog.NewTextHandler(&text, nil)), time.Now)
	defer func() {
		if reason, _ := recover().(error); !errors.Is(reason, errGone) {
			t.Errorf("the panic became %v", reason)
		}
		if !strings.Contains(text.String(), "status=500") {
			t.Errorf("logged %q", text.String())
		}
	}()
	handler.ServeHTTP(httptest.NewRecorder(), get("/gone"))
}

var errGone = errors.New("gone")

func TestMiddlewareLetsHandlersReachTheConnection(t *testing.T) {
	t.Parallel()
	do(t, get("/"), func(w http.ResponseWriter, _ *http.Request) {
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
	})
}

func TestFromContextOutsideOfARequest(t *testing.T) {
	t.Parallel()
	if id := requestid.FromContext(t.Context()); id != "" {
		t.Errorf("id %q", id)
	}
}

// A method may be any word of up to 32 KB.
func TestMiddlewareLogsNoMethodThatAStrangerMakesUp(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		http.MethodPost: "POST", http.MethodOptions: "OPTIONS", "PROPFIND": "other", "post": "other", strings.Repeat("M", 30_000): "other",
	} {
		if e := do(t, httptest.NewRequest(sent, "/", nil), answer(http.StatusMethodNotAllowed)); e.line["method"] != want {
			t.Errorf("%.20s is logged as %.20s, want %s", sent, e.line["method"], want)
		}
	}
}

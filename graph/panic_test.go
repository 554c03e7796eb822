package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gofrs/uuid/v5"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/requestid"
	"latchkey/internal/testhost"
	"latchkey/internal/testleak"
	"latchkey/internal/token"
)

// The test handler has no database, so that what gets as far as one panics.
func TestPanicOfAnOperationIsInternal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ query, path, place string }{
		"in a resolver":  {`mutation { login(input: {identifier: "ada", password: "correct horse battery"}) { expiresIn } }`, "login", "graph.(*mutationResolver).Login"},
		"in a directive": {`{ users { totalCount } }`, "users", "graph.NewHandler.requiresRole"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			a := h.ask(t, request{Query: c.query, bearer: h.issue(t)})
			a.refused(t, "INTERNAL")
			for _, hidden := range []string{"nil pointer", "panic", "goroutine", ".go", "runtime"} {
				if strings.Contains(a.body, hidden) {
					t.Errorf("the answer tells %q: %s", hidden, a.body)
				}
			}
			line := h.defect(t, a)
			if line.Path != c.path {
				t.Errorf("logged %+v", line)
			}
			for _, told := range []string{"panic: runtime error: invalid memory address or nil pointer", c.place} {
				if !strings.Contains(line.Cause, told) {
					t.Errorf("the log does not tell %q: %s", told, line.Cause)
				}
			}
		})
	}
}

func TestPanicOfAFieldLeavesTheOthers(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	a := h.ask(t, request{Query: `{ me { id } __typename }`, bearer: h.issue(t)})
	a.refused(t, "INTERNAL")
	if data, _ := a.Data.(map[string]any); data["me"] != nil || data["__typename"] != "Query" {
		t.Errorf("the data is %v", a.Data)
	}
}

// issue returns an access token.
func (h *testHandler) issue(t *testing.T) string {
	t.Helper()
	valid, err := h.tokens.Issue(token.Claims{
		UserID: uuid.Must(uuid.NewV7()), SessionID: uuid.Must(uuid.NewV7()), ID: uuid.Must(uuid.NewV7()), Version: 1,
		ExpiresAt: noon.Add(time.Minute),
	})
	if err != nil {
		t.Fatal(err)
	}
	return valid
}

// defectLine is what is logged of a defect.
type defectLine struct{ Level, Msg, RequestID, Path, Cause string }

// defect returns the only line of the log, which has to be that of a defect, under the id that the answer has in its header and its error.
func (h *testHandler) defect(t *testing.T, a answer) defectLine {
	t.Helper()
	id := a.header.Get(requestid.Header)
	if len(a.Errors) != 1 || id == "" || a.Errors[0].Extensions["requestId"] != id {
		t.Errorf("the errors are %v, the header %q", a.Errors, id)
	}
	var line defectLine
	if err := json.Unmarshal(h.log.Bytes(), &line); err != nil {
		t.Fatalf("not one line of JSON: %v: %s", err, h.log)
	}
	if line.Level != "ERROR" || line.Msg != "internal error" || line.RequestID != id {
		t.Errorf("logged %+v", line)
	}
	return line
}

// panicking panics where gqlgen does not look.
type panicking struct {
	fewRootFields
	reason any
}

func (p panicking) MutateOperationContext(context.Context, *graphql.OperationContext) *gqlerror.Error {
	panic(p.reason)
}

// What a panic says may be what was sent: of anything but the runtime's own, only the type is told.
func TestPanicTellsTheLogNoValue(t *testing.T) {
	t.Parallel()
	_, repeating := uuid.FromString("hunter2-SECRET")
	for want, reason := range map[string]any{
		"panic: of string":              "hunter2-SECRET",
		"panic: of *fmt.wrapError":      fmt.Errorf("%w: hunter2-SECRET", repeating),
		"panic: of []interface {}":      []any{"hunter2-SECRET"},
		"panic: of graph.request":       request{Query: "hunter2-SECRET"},
		"panic: runtime error: index":   caught(func() { _ = []string{"hunter2-SECRET"}[len(os.Args)+1] }),
		"panic: interface conversion: ": caught(func() { _ = any("hunter2-SECRET").(int) }),
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			h.graph.exec.Use(panicking{reason: reason})
			a := h.ask(t, request{Query: `{ __typename }`})
			a.refused(t, "INTERNAL")
			if cause := h.defect(t, a).Cause; !strings.HasPrefix(cause, want) || !strings.Contains(cause, "graph.panicking.MutateOperationContext") {
				t.Errorf("logged %s", cause)
			}
			if strings.Contains(a.body+h.log.String(), "hunter2") {
				t.Errorf("answer %s, log %s", a.body, h.log)
			}
		})
	}
}

// caught is what f panics with.
func caught(f func()) (reason any) {
	defer func() { reason = recover() }()
	f()
	return nil
}

// A defect is one, also where the client does not wait for it.
func TestPanicIsInternalThoughTheClientHasLeft(t *testing.T) {
	t.Parallel()
	left, leave := context.WithCancel(t.Context())
	leave()
	shown, logged := present(left, t, recovered(left, "hunter2"))
	if len(shown) != 1 || shown[0].Extensions["code"] != codeInternal || !strings.Contains(logged, "level=ERROR") {
		t.Errorf("shown %v, logged %s", shown, logged)
	}
}

// Outside of GraphQL, in whatever handler: before the answer has begun, and after.
func TestPanicOfAHandlerIsInternal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		whole   bool // whether there is an answer
	}{
		"before the answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Length", "5")
			w.WriteHeader(http.StatusEarlyHints)
			panic("hunter2-SECRET")
		}, true},
		"after its status": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusOK)
			panic("hunter2-SECRET")
		}, false},
		"within the answer": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("x", 1<<16))
			panic("hunter2-SECRET")
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := &testhost.Log{}
			log := slog.New(slog.NewJSONHandler(text, nil))
			testleak.Log(t, text.String)
			server := httptest.NewUnstartedServer(requestid.Middleware(Recovering(c.handler, log), slog.New(slog.DiscardHandler), time.Now))
			server.Config.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
			server.Start()
			defer server.Close()
			response, err := testleak.Client(t).Get(server.URL)
			var a answer
			if err == nil {
				defer response.Body.Close() //nolint:errcheck // read to its end
				var body []byte
				if body, err = io.ReadAll(response.Body); err == nil && c.whole {
					a.header = response.Header
					err = json.Unmarshal(body, &a)
				}
			}
			if !c.whole {
				if err == nil {
					t.Error("the answer looks whole")
				}
				if text.Count("internal error") != 1 || text.Count(`"requestId"`) != 1 || text.Count("") != 1 {
					t.Errorf("logged %s", text)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != http.StatusInternalServerError || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, %v", response.StatusCode, a.header)
			}
			a.refused(t, "INTERNAL")
			h := &testHandler{log: bytes.NewBufferString(text.String())}
			if cause := h.defect(t, a).Cause; strings.Contains(cause, "hunter2") || !strings.Contains(cause, "TestPanicOfAHandlerIsInternal") {
				t.Errorf("logged %s", cause)
			}
		})
	}
}

// http.ErrAbortHandler is how a handler asks for the end of the connection, and no defect.
func TestHandlerMayAbortTheConnection(t *testing.T) {
	t.Parallel()
	text := &testhost.Log{}
	server := httptest.NewServer(Recovering(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		slog.New(slog.NewJSONHandler(text, nil))))
	defer server.Close()
	response, err := testleak.Client(t).Get(server.URL)
	if err == nil {
		_ = response.Body.Close()
		t.Error("there is an answer")
	}
	if text.String() != "" {
		t.Errorf("logged %s", text)
	}
}

package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/auth"
	"latchkey/internal/password"
	"latchkey/internal/requestid"
	"latchkey/internal/store"
	"latchkey/internal/testhost"
	"latchkey/internal/testkeys"
	"latchkey/internal/testleak"
	"latchkey/internal/throttle"
	"latchkey/internal/token"
)

// testHandler is a Handler without a database: what reaches one panics, and is INTERNAL.
type testHandler struct {
	http.Handler
	graph   *Handler
	log     *bytes.Buffer
	tokens  *token.Tokens
	counted []Limit // that requests were beyond
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newTestHandler(t testing.TB, introspection bool) *testHandler {
	t.Helper()
	return newTestHandlerOn(t, nil, introspection, time.Minute)
}

func newTestHandlerOn(t testing.TB, db *store.DB, introspection bool, timeout time.Duration) *testHandler {
	t.Helper()
	return newThrottledHandler(t, db, introspection, timeout, nil)
}

func newThrottledHandler(t testing.TB, db *store.DB, introspection bool, timeout time.Duration, tries *throttle.Throttle) *testHandler {
	t.Helper()
	now := func() time.Time { return noon }
	tokens := token.New(testkeys.New(t), token.Config{
		Issuer: "http://localhost:8080", Audience: "latchkey", Now: now,
	})
	rules := auth.New(auth.Config{
		DB: db, Tokens: tokens, Passwords: password.NewHasher(testhost.CheapHash), Policy: password.Policy{Min: 8}, OpenSignup: true,
		Throttle: tries, IDs: uuid.NewGen(), Now: now,
		Lifetimes: auth.Lifetimes{Access: 15 * time.Minute, Idle: 720 * time.Hour, Session: 2160 * time.Hour, Grace: 30 * time.Second},
	})
	text := &bytes.Buffer{}
	log := slog.New(slog.NewJSONHandler(text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	answering := context.Background
	if db != nil {
		answering = db.Answering
	}
	testleak.Log(t, text.String)
	h := &testHandler{log: text, tokens: tokens}
	h.graph = NewHandler(Options{
		Auth: rules, Serving: func() bool { return true }, Answering: answering, Introspection: introspection,
		Origins: []string{"https://app.example.org"}, Timeout: timeout,
		Refused: func(limit Limit) { h.counted = append(h.counted, limit) }, Now: now, Log: log,
	})
	h.Handler = testleak.Handler(t, requestid.Middleware(h.graph, slog.New(slog.DiscardHandler), now))
	return h
}

// request is the body of a POST.
type request struct {
	Query         string          `json:"query"`
	Variables     json.RawMessage `json:"variables,omitempty"`
	OperationName string          `json:"operationName,omitempty"`
	bearer        string          // the access token, "" for none
}

// answer is a response.
type answer struct {
	header http.Header
	body   string
	Data   any
	Errors []struct {
		Message    string
		Extensions map[string]any
	}
}

func (h *testHandler) ask(t testing.TB, r request) answer {
	t.Helper()
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	authorization := ""
	if r.bearer != "" {
		authorization = "Bearer " + r.bearer
	}
	return h.post(t, body, authorization)
}

func (h *testHandler) post(t testing.TB, body []byte, authorization string) answer {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	a := answer{header: recorder.Header(), body: recorder.Body.String()}
	if err := json.Unmarshal(recorder.Body.Bytes(), &a); err != nil {
		t.Fatalf("not JSON: %v: %s", err, a.body)
	}
	return a
}

// refused fails the test unless the errors have exactly these codes.
func (a answer) refused(t testing.TB, want ...string) {
	t.Helper()
	var got []string
	for _, e := range a.Errors {
		code, _ := e.Extensions["code"].(string)
		got = append(got, code)
	}
	if !slices.Equal(got, want) {
		t.Errorf("refused with %v, want %v: %s", got, want, a.body)
	}
}

// notExecuted fails the test if there is data, be it null, or if anything was logged.
func (h *testHandler) notExecuted(t testing.TB, a answer) {
	t.Helper()
	if strings.Contains(a.body, `"data"`) || h.log.Len() > 0 {
		t.Errorf("something ran: %s, logged %s", a.body, h.log)
	}
}

package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-sql-driver/mysql"
	"github.com/gofrs/uuid/v5"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
	"latchkey/internal/password"
	"latchkey/internal/store"
	"latchkey/internal/token"
)

// present runs the presenter, and returns what the client gets and what is logged.
func present(ctx context.Context, t *testing.T, err error) (shown gqlerror.List, logged string) {
	t.Helper()
	var text bytes.Buffer
	p := presenter(slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug})))
	ctx = graphql.WithResponseContext(ctx, p, recovered)
	graphql.AddError(ctx, err)
	return graphql.GetErrors(ctx), text.String()
}

func TestPresenterShowsRefusals(t *testing.T) {
	t.Parallel()
	taken := &auth.Error{Code: auth.EmailTaken, Message: "Taken.", Field: "input.email"}
	short := &auth.Error{Code: auth.WeakPassword, Message: "Short.", Field: "input.password", Reason: "TOO_SHORT", Min: 8}
	long := &auth.Error{Code: auth.BadUserInput, Message: "Long.", Field: "input.name", Reason: "TOO_LONG", Max: 200}
	asTaken := map[string]any{"code": auth.EmailTaken, "field": "input.email"}
	asShort := map[string]any{"code": auth.WeakPassword, "field": "input.password", "reason": "TOO_SHORT", "min": 8}
	asLong := map[string]any{"code": auth.BadUserInput, "field": "input.name", "reason": "TOO_LONG", "max": 200}
	for _, c := range []struct {
		name string
		err  error
		want []map[string]any
	}{
		{"one", taken, []map[string]any{asTaken}},
		{"one that is wrapped", fmt.Errorf("hunter2: %w", taken), []map[string]any{asTaken}},
		{"one with a place", gqlerror.WrapPath(nil, short), []map[string]any{asShort}},
		{"several, in their order", auth.Problems{long, short, taken}, []map[string]any{asLong, asShort, asTaken}},
		{"one of several", auth.Problems{long}, []map[string]any{asLong}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			shown, logged := present(t.Context(), t, c.err)
			var got []map[string]any
			for _, e := range shown {
				got = append(got, e.Extensions)
				if !strings.HasSuffix(e.Message, ".") || strings.Contains(e.Message, "hunter2") {
					t.Errorf("message %q", e.Message)
				}
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
			if logged != "" {
				t.Errorf("logged %s", logged)
			}
		})
	}
}

func TestPresenterHidesFailures(t *testing.T) {
	t.Parallel()
	left, leave := context.WithCancel(t.Context())
	leave()
	for _, c := range []struct {
		name          string
		ctx           context.Context
		err           error
		code          auth.Code
		retryAfter    any
		level, logged string
	}{
		{"a database that is away", t.Context(), fmt.Errorf("hunter2: %w", io.EOF), codeUnavailable, 1, "WARN", "EOF"},
		{"a deadlock", t.Context(), &mysql.MySQLError{Number: 1213}, codeUnavailable, 1, "WARN", "1213"},
		{"a full queue", t.Context(), fmt.Errorf("hunter2: %w", password.ErrBusy), codeUnavailable, 5, "WARN", "saturated"},
		{"a client that has left", left, context.Canceled, codeUnavailable, 1, "DEBUG", "canceled"},
		{"a commit of unknown outcome", t.Context(), fmt.Errorf("%w: %w", store.ErrOutcomeUnknown, io.EOF), codeOutcomeUnknown, nil, "ERROR", "EOF"},
		{"a commit of unknown outcome whose client has left", left, fmt.Errorf("%w: %w", store.ErrOutcomeUnknown, io.EOF), codeOutcomeUnknown, nil, "ERROR", "EOF"},
		{"a defect", t.Context(), errors.New("hunter2: nobody foresaw this"), codeInternal, nil, "ERROR", "nobody foresaw this"},
		{"a Problem that the rules did not translate", t.Context(), token.Expired, codeInternal, nil, "ERROR", "EXPIRED"},
		{"an error with a code of its own", t.Context(), &gqlerror.Error{Message: "hunter2", Extensions: map[string]any{"code": "MINE", "hunter2": 1}}, codeInternal, nil, "ERROR", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			shown, logged := present(c.ctx, t, c.err)
			if len(shown) != 1 || shown[0].Extensions["code"] != c.code {
				t.Fatalf("shown %v, want %s", shown, c.code)
			}
			if text, _ := json.Marshal(shown); strings.Contains(string(text), "hunter2") || strings.Contains(string(text), "EOF") {
				t.Errorf("the cause is shown: %s", text)
			}
			if after := shown[0].Extensions["retryAfter"]; after != c.retryAfter {
				t.Errorf("retryAfter %v", after)
			}
			if !strings.Contains(logged, "level="+c.level) || !strings.Contains(logged, c.logged) {
				t.Errorf("logged %q, want %s and %q", logged, c.level, c.logged)
			}
		})
	}
	t.Run("and redacts what it logs", func(t *testing.T) {
		t.Parallel()
		_, logged := present(t.Context(), t, &mysql.MySQLError{Number: 1406, Message: "Data too long: hunter2"})
		if !strings.Contains(logged, "1406") || strings.Contains(logged, "hunter2") {
			t.Errorf("logged %q", logged)
		}
	})
}

// The test handler has no database, so that whoever has a valid token makes it panic.
func TestPanicOfAResolverIsInternal(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	valid, err := h.tokens.Issue(token.Claims{
		UserID: uuid.Must(uuid.NewV7()), SessionID: uuid.Must(uuid.NewV7()), ID: uuid.Must(uuid.NewV7()), Version: 1,
		ExpiresAt: noon.Add(time.Minute),
	})
	if err != nil {
		t.Fatal(err)
	}
	a := h.ask(t, request{Query: `{ me { id } __typename }`, bearer: valid})
	a.refused(t, "INTERNAL")
	id := a.header.Get("X-Request-Id")
	if len(a.Errors) == 1 && (id == "" || a.Errors[0].Extensions["requestId"] != id) {
		t.Errorf("the extensions are %v, the header %q", a.Errors[0].Extensions, id)
	}
	if data, _ := a.Data.(map[string]any); data["me"] != nil || data["__typename"] != "Query" {
		t.Errorf("the data is %v", a.Data)
	}
	for _, hidden := range []string{"nil pointer", "panic", "goroutine", ".go", "runtime"} {
		if strings.Contains(a.body, hidden) {
			t.Errorf("the answer tells %q: %s", hidden, a.body)
		}
	}
	var line struct{ Level, RequestID, Path, Cause string }
	if err := json.Unmarshal(h.log.Bytes(), &line); err != nil {
		t.Fatalf("not one line of JSON: %v: %s", err, h.log)
	}
	if line.Level != "ERROR" || line.RequestID != id || line.Path != "me" {
		t.Errorf("logged %+v", line)
	}
	for _, told := range []string{"nil pointer", "auth.(*Service).identify"} {
		if !strings.Contains(line.Cause, told) {
			t.Errorf("the log does not tell %q: %s", told, line.Cause)
		}
	}
	if strings.Contains(h.log.String(), valid) {
		t.Error("the token is in the log")
	}
}

// panicking panics where gqlgen does not look.
type panicking struct{ fewRootFields }

func (panicking) MutateOperationContext(context.Context, *graphql.OperationContext) *gqlerror.Error {
	panic("hunter2")
}

func TestPanicOutsideOfAResolverIsInternalToo(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	h.graph.exec.Use(panicking{})
	a := h.ask(t, request{Query: `{ __typename }`})
	a.refused(t, "INTERNAL")
	if strings.Contains(a.body, "hunter2") || !strings.Contains(h.log.String(), "panic: hunter2") {
		t.Errorf("answer %s, log %s", a.body, h.log)
	}
	if id := a.header.Get("X-Request-Id"); len(a.Errors) == 1 && a.Errors[0].Extensions["requestId"] != id {
		t.Errorf("the extensions are %v, the header %q", a.Errors[0].Extensions, id)
	}
}

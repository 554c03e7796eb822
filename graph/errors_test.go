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

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-sql-driver/mysql"
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

package graph

import (
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
)

func TestAPanicOutsideOfAResolverIsObservedAsInternal(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	var observed []string
	h.graph.observe = func(operation, code string, _ time.Duration) { observed = append(observed, operation+" "+code) }
	h.graph.serving = func() bool { panic("of a test") }
	h.ask(t, request{Query: "{ me { id } }"})
	h.graph.serving = func() bool { return false }
	h.ask(t, request{Query: "{ me { id } }"})
	if len(observed) != 2 || observed[0] != "invalid INTERNAL" || observed[1] != "invalid UNAVAILABLE" {
		t.Errorf("observed %q", observed)
	}
}

func TestEveryRequestIsObservedWithTheTimeItTook(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	now, observed := noon, time.Duration(0)
	h.graph.now = func() time.Time { now = now.Add(time.Second); return now }
	h.graph.observe = func(_, _ string, took time.Duration) { observed = took }
	if a := h.ask(t, request{Query: "{ __typename }"}); a.header.Get("Content-Type") == "" || observed != time.Second {
		t.Errorf("took %v", observed)
	}
}

func TestTheCodeOfAnAnswerIsThatOfItsFirstError(t *testing.T) {
	t.Parallel()
	with := func(code any) *gqlerror.Error { return &gqlerror.Error{Extensions: map[string]any{"code": code}} }
	for _, c := range []struct {
		errs gqlerror.List
		want string
	}{
		{nil, "OK"},
		{gqlerror.List{with(auth.NotFound), with("X")}, "NOT_FOUND"},
		{gqlerror.List{with("GRAPHQL_PARSE_FAILED")}, "GRAPHQL_PARSE_FAILED"},
		{gqlerror.List{{}}, "INTERNAL"},
	} {
		if got := codeOf(c.errs); got != c.want {
			t.Errorf("%v: %s, want %s", c.errs, got, c.want)
		}
	}
}

func TestNamingAnOperationAllocatesNothing(t *testing.T) { // not parallel: allocations are those of the process
	operation := &graphql.OperationContext{Operation: &ast.OperationDefinition{
		Operation: ast.Query, SelectionSet: ast.SelectionSet{&ast.Field{Name: "me", Alias: "aliased"}},
	}}
	if n := testing.AllocsPerRun(1000, func() {
		if operationName(operation) != "me" {
			t.Error("it is me")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

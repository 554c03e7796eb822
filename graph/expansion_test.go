package graph

import (
	"strings"
	"testing"
)

func TestExpansionCountsWhatFragmentsSpreadInto(t *testing.T) {
	t.Parallel()
	spread := func(n int) string { return strings.Repeat(" ...F", n) }
	for _, c := range []struct {
		name, query string
		refused     bool
	}{
		{"as many fields as there may be", "{" + strings.Repeat(" __typename", maxFields) + "}", false},
		{"one more", "{" + strings.Repeat(" __typename", maxFields+1) + "}", true},
		{"as many through fragments", "{" + spread(maxFields/10) + "} fragment F on Query {" + strings.Repeat(" __typename", 10) + "}", false},
		{"one more through fragments", "{ __typename " + spread(maxFields/10) + "} fragment F on Query {" + strings.Repeat(" __typename", 10) + "}", true},
		{"one more in an inline fragment", "{ ... {" + strings.Repeat(" __typename", maxFields+1) + "} }", true},
		{"lists in as many lists as there may be", "{ __schema { types { fields { args { name } } } } }", false},
		{"one more list", "{ __schema { types { fields { args { type { fields { name } } } } } } }", true},
		{"one more list in a fragment", "{ __schema { types { fields { ...F } } } } fragment F on __Field { type { fields { args { name } } } }", true},
		{"another operation's fields", "query A { __typename } query B {" + strings.Repeat(" __typename", maxFields-20) + "}", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			a := h.ask(t, request{Query: c.query, OperationName: map[bool]string{true: "A"}[strings.HasPrefix(c.query, "query A")]})
			if c.refused {
				a.refused(t, "OPERATION_TOO_COMPLEX")
				h.notExecuted(t, a)
			} else {
				a.refused(t)
			}
		})
	}
}

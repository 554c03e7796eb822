package graph

import (
	"encoding/json"
	"fmt"
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
		{"as many in two operations", "query A { __typename } query B {" + strings.Repeat(" __typename", maxFields-1) + "}", false},
		{"one more in two operations", "query A { __typename } query B {" + strings.Repeat(" __typename", maxFields) + "}", true},
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

// One account has up to a hundred sessions, and an administrator's page up to a hundred accounts: what is asked of each counts as
// often.
func TestExpansionCountsWhatListsMultiply(t *testing.T) {
	t.Parallel()
	aliases := func(n int, field string) string {
		var all strings.Builder
		for i := range n {
			fmt.Fprintf(&all, " a%d: %s", i, field)
		}
		return all.String()
	}
	const all, whole = "id userAgent ipAddress createdAt lastUsedAt expiresAt current", "id email username name role disabled createdAt updatedAt"
	for _, c := range []struct {
		name, query, variables string
		refused                bool
	}{
		{"all of all sessions", "{ me { " + whole + " sessions { " + all + " } } }", "", false},
		{"the largest page of accounts", "{ users(first: 100) { totalCount edges { cursor node { " + whole + " } } pageInfo { endCursor } } }", "", false},
		{"a page of accounts with their sessions", "{ users { nodes { " + whole + " sessions { id lastUsedAt current } } } }", "", false},
		{"a small page of accounts with all of their sessions", "{ users(first: 10) { nodes { sessions { " + all + " } } } }", "", false},
		{"many small pages", "{" + aliases(maxRootFields, "users(first: 1) { nodes { id } }") + " }", "", false},
		{"one thing of a session under many names", "{ me { sessions {" + aliases(200, "userAgent") + " } } }", "", true},
		{"sessions under many names", "{ me {" + aliases(200, "sessions { userAgent }") + " } }", "", true},
		{"the largest page with sessions", "{ users(first: 100) { nodes { sessions { id userAgent } } } }", "", true},
		{"pages with sessions under many names", "{" + aliases(100, "users(first: 100) { nodes { sessions { id } } }") + " }", "", true},
		{"and edges", "{" + aliases(100, "users(first: 100) { edges { node { sessions { id } } } }") + " }", "", true},
		{"a page as large as the variable says", "query ($n: Int) { users(first: $n) { nodes { sessions { " + all + " } } } }", `{"n":100}`, true},
		{"and a small one", "query ($n: Int) { users(first: $n) { nodes { sessions { " + all + " } } } }", `{"n":10}`, false},
		{"pages that are larger than there are", "{" + aliases(5, "users(first: 2147483647) { nodes { "+whole+" } }") + " }", "", false},
		{"the schema under many names", "{ __schema {" + aliases(40, "types { fields { name description args { name description } } }") + " } }", "", true},
		{"fields of the schema under many names", "{ __schema { types { fields {" + aliases(50, "type { kind name description ofType { kind name description } }") + " } } } }", "", true},
		{"through fragments", "{ me { sessions { ...A ...A ...A ...A } } } fragment A on Session {" + aliases(201, "userAgent") + " }", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			a := h.ask(t, request{Query: c.query, Variables: json.RawMessage(c.variables)})
			if c.refused {
				a.refused(t, "OPERATION_TOO_COMPLEX")
				h.notExecuted(t, a)
			} else if strings.Contains(a.body, "OPERATION_TOO_COMPLEX") || len(a.Errors) == 0 || a.Errors[0].Extensions["code"] != "UNAUTHENTICATED" {
				t.Errorf("got %s", a.body)
			}
		})
	}
}

func TestExpansionKnowsHowLongTheSchemasListsAre(t *testing.T) {
	t.Parallel()
	a := newTestHandler(t, true).ask(t, request{Query: "{ __schema { types { fields(includeDeprecated: true) { args { name } } inputFields { name } enumValues { name } } } }"})
	type named []struct{ Name string }
	var answer struct {
		Data struct {
			Schema struct {
				Types []struct {
					Fields                  []struct{ Args named }
					InputFields, EnumValues named
				}
			} `json:"__schema"`
		}
	}
	if err := json.Unmarshal([]byte(a.body), &answer); err != nil || len(a.Errors) > 0 {
		t.Fatalf("%v: %s", err, a.body)
	}
	types := answer.Data.Schema.Types
	var fields, arguments, inputFields, values int
	for _, one := range types {
		fields += len(one.Fields)
		inputFields += len(one.InputFields)
		values += len(one.EnumValues)
		for _, field := range one.Fields {
			arguments += len(field.Args)
		}
	}
	if n := len(types); n > listsOfSchema["types"] || fields > n*listsOfSchema["fields"] || values > n*listsOfSchema["enumValues"] || inputFields > n || arguments > fields {
		t.Errorf("%d types, %d fields, %d arguments, %d fields of inputs, %d values of enums", n, fields, arguments, inputFields, values)
	}
}

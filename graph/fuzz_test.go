package graph

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Whatever a stranger sends is answered in the shape of GraphQL, without a panic that nobody recovers from.
func FuzzHandler(f *testing.F) {
	for _, c := range valuesInTheWrongPlace {
		f.Add(c.query, c.variables, c.operationName)
	}
	f.Add(logoutDocument, `{"scope":"current"}`, "")
	f.Add(`query ($x: [String!]! = ["a"]) { __type(name: "a") { name } }`, `{"x":[null,[1]]}`, "")
	f.Add(`query ($x: Boolean = true) { me @skip(if: $x) { id } }`, `{"x":null}`, "")
	f.Add(`mutation ($x: LogoutScope) { logout(scope: $x) { endedSessionIds } }`, `{"x":null}`, "")
	f.Add(`{ ...x } fragment x on Query { ...x }`, `{}`, "")
	h := newTestHandler(f, true)
	f.Fuzz(func(t *testing.T, query, variables, operationName string) {
		r := request{Query: query, OperationName: operationName}
		if json.Valid([]byte(variables)) {
			r.Variables = json.RawMessage(variables)
		}
		a := h.ask(t, r)
		if len(a.Errors) == 0 && a.Data == nil {
			t.Fatalf("neither errors nor data: %s", a.body)
		}
		for _, e := range a.Errors {
			if e.Extensions["code"] == nil || e.Message == "" {
				t.Fatalf("an error without a code: %s", a.body)
			}
		}
	})
}

func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `[]`, `null`, `{"query":"{__typename}"}`, `{"query":"{__typename}"}{}`, `{"query":"","variables":{"a":[1e999]}}`,
		"\xff", `{"query":null,"extensions":{"persistedQuery":{}}}`, `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}`,
	} {
		f.Add(seed)
	}
	h := newTestHandler(f, true)
	f.Fuzz(func(t *testing.T, body string) {
		a := h.post(t, []byte(body), "")
		if len(a.Errors) == 0 && a.Data == nil {
			t.Fatalf("neither errors nor data: %s", a.body)
		}
	})
}

func FuzzAccept(f *testing.F) {
	for _, seed := range []string{"", "*/*", newType + ";q=0.5, " + oldType, ";;q=x,", `a/b;q="`, "application/*;q=NaN"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if a := parseAccept(http.Header{"Accept": {value}}); a.prefersNew && !a.allowsNew {
			t.Errorf("Accept %q prefers what it does not allow", value)
		}
	})
}

// Whatever stands in the header makes at most a token out of it that nobody trusts: the test handler would panic on its
// missing database if it did.
func FuzzAuthorization(f *testing.F) {
	h := newTestHandler(f, true)
	for _, seed := range []string{
		"", "Bearer", "Bearer a", "JWT  a ", "bearer a.b.c", "Bearer a, Bearer b", "Basic YTpi", "Bearer\ta", "Bearer eyJhbGciOiJub25lIn0.e30.",
		"Bearer eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IngifQ.eyJzdWIiOiIifQ.AAAA",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		a := h.post(t, []byte(`{"query":"{ me { id } }"}`), value)
		if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "UNAUTHENTICATED" {
			t.Errorf("Authorization %q: %s", value, a.body)
		}
		if got := bearerToken(http.Header{"Authorization": {value}}); !strings.Contains(value, got) || strings.TrimSpace(got) != got {
			t.Errorf("Authorization %q: token %q", value, got)
		}
	})
}

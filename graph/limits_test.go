package graph

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Without a token logout is refused, and without a database login fails: the codes tell which fields have run.
const (
	oneLogout = `logout { endedSessionIds }`
	oneLogin  = `login(input: {identifier: "a", password: "b"}) { expiresIn }`
)

func TestMutationTakesOneField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, query, variables string }{
		{"two fields", `mutation { ` + oneLogout + ` ` + oneLogin + ` }`, ""},
		{"two aliases of one field", `mutation { a: ` + oneLogin + ` b: ` + oneLogin + ` }`, ""},
		{"an alias that looks like __typename", `mutation { __typenam: ` + oneLogin + ` ` + oneLogin + ` }`, ""},
		{"a field and a fragment", `mutation { a: ` + oneLogin + ` ...more } fragment more on Mutation { b: ` + oneLogin + ` }`, ""},
		{"a fragment with two fields", `mutation { ...two } fragment two on Mutation { a: ` + oneLogin + ` b: ` + oneLogin + ` }`, ""},
		{"a fragment in a fragment", `mutation { ...x a: ` + oneLogin + ` } fragment x on Mutation { ...y } fragment y on Mutation { b: ` + oneLogin + ` }`, ""},
		{"inline fragments", `mutation { ... on Mutation { a: ` + oneLogin + ` } ... { b: ` + oneLogin + ` } }`, ""},
		{"a field that is included", `mutation { a: ` + oneLogin + ` b: login(input: {identifier: "a", password: "b"}) @include(if: true) { expiresIn } }`, ""},
		{"a fragment that is included", `mutation ($yes: Boolean!) { a: ` + oneLogin + ` ... @include(if: $yes) { b: ` + oneLogin + ` } }`, `{"yes":true}`},
		{"a fragment that is not skipped", `mutation ($no: Boolean!) { a: ` + oneLogin + ` ...b @skip(if: $no) } fragment b on Mutation { b: ` + oneLogin + ` }`, `{"no":false}`},
		{"a field and a fragment with the same field", `mutation { ` + oneLogin + ` ...x } fragment x on Mutation { a: ` + oneLogin + ` }`, ""},
		{"one of two operations", `query q { __typename } mutation m { a: ` + oneLogin + ` b: ` + oneLogin + ` }`, ""},
	} {
		t.Run(c.name+" are too many", func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			r := request{Query: c.query, Variables: json.RawMessage(c.variables)}
			if strings.HasPrefix(c.query, "query q") {
				r.OperationName = "m"
			}
			a := h.ask(t, r)
			a.refused(t, "OPERATION_TOO_COMPLEX")
			h.notExecuted(t, a)
		})
	}
	for _, c := range []struct{ name, query string }{
		{"one field", `mutation { ` + oneLogout + ` }`},
		{"__typename beside it", `mutation { __typename ` + oneLogout + ` a: __typename }`},
		{"the same field twice, which is one", `mutation { ` + oneLogout + ` ` + oneLogout + ` }`},
		{"another one that is skipped", `mutation { ` + oneLogout + ` ... @skip(if: true) { ` + oneLogin + ` } }`},
		{"another one that is not included", `mutation { ` + oneLogout + ` ...x @include(if: false) } fragment x on Mutation { ` + oneLogin + ` }`},
		{"a fragment with one", `mutation { ...x } fragment x on Mutation { ` + oneLogout + ` }`},
	} {
		t.Run(c.name+" runs", func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			a := h.ask(t, request{Query: c.query})
			a.refused(t, "UNAUTHENTICATED") // by logout itself
			if !strings.Contains(a.body, `"data":null`) {
				t.Errorf("nothing ran: %s", a.body)
			}
		})
	}
	t.Run("queries take any number", func(t *testing.T) {
		t.Parallel()
		a := newTestHandler(t, true).ask(t, request{Query: `{ a: validateToken(token: "") { reason } b: validateToken(token: "x") { reason } }`})
		if want := `{"data":{"a":{"reason":"MISSING"},"b":{"reason":"MALFORMED"}}}`; a.body != want {
			t.Errorf("got %s, want %s", a.body, want)
		}
	})
}

func TestIntrospection(t *testing.T) {
	t.Parallel()
	const schema, user = `__schema { queryType { name } }`, `__type(name: "User") { name }`
	for _, c := range []struct{ name, query string }{
		{"the schema", `{ ` + schema + ` }`},
		{"a type", `{ ` + user + ` }`},
		{"an alias", `{ me: ` + schema + ` }`},
		{"a field beside another", `{ __typename ` + user + ` }`},
		{"a fragment", `{ ...x } fragment x on Query { ` + schema + ` }`},
		{"a fragment in a fragment", `{ ...x } fragment x on Query { ...y } fragment y on Query { ` + user + ` }`},
		{"an inline fragment", `{ ... on Query { ` + user + ` } }`},
		{"an inline fragment without a type", `{ ... { ` + schema + ` } }`},
		{"an included field", `{ ... @include(if: true) { ` + schema + ` } }`},
	} {
		t.Run("of "+c.name+" is refused when it is off", func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, false)
			a := h.ask(t, request{Query: c.query})
			a.refused(t, "GRAPHQL_VALIDATION_FAILED")
			h.notExecuted(t, a)
		})
		t.Run("of "+c.name+" is answered when it is on", func(t *testing.T) {
			t.Parallel()
			a := newTestHandler(t, true).ask(t, request{Query: c.query})
			if len(a.Errors) > 0 || (!strings.Contains(a.body, `"name":"Query"`) && !strings.Contains(a.body, `"name":"User"`)) {
				t.Errorf("got %s", a.body)
			}
		})
	}
	t.Run("being off, nothing is suggested either", func(t *testing.T) {
		t.Parallel()
		for _, query := range []string{
			`{ mee { id } }`, `{ me { idd } }`, `{ me(identifier: 1) { id } }`, `mutation { login(inputt: 1) { accesToken } }`,
			`mutation { login(input: {identifierr: "a", pasword: "b"}) { expiresIn } }`, `mutation { logout(scope: "CURRENTT") { id } }`,
			`{ me { ... on Usr { id } } }`, `{ me { id @skipp(if: true) } }`, `{ me }`,
		} {
			a := newTestHandler(t, false).ask(t, request{Query: query})
			if len(a.Errors) == 0 || strings.Contains(a.body, "Did you mean") {
				t.Errorf("%s: %s", query, a.body)
			}
		}
	})
	t.Run("being on, what may have been meant is suggested", func(t *testing.T) {
		t.Parallel()
		a := newTestHandler(t, true).ask(t, request{Query: `{ me { usernam } }`})
		if !strings.Contains(a.body, `Did you mean \"username\"?`) {
			t.Errorf("got %s", a.body)
		}
	})
	t.Run("being on, nothing is suggested in a large document, where that would take long", func(t *testing.T) {
		t.Parallel()
		a := newTestHandler(t, true).ask(t, request{Query: `{ me { usernam } } #` + strings.Repeat("x", maxSuggested)})
		if a.refused(t, "GRAPHQL_VALIDATION_FAILED"); strings.Contains(a.body, "Did you mean") {
			t.Errorf("got %s", a.body)
		}
	})
	t.Run("being off, __typename is still answered", func(t *testing.T) {
		t.Parallel()
		a := newTestHandler(t, false).ask(t, request{Query: `{ __typename a: validateToken(token: "") { __typename } }`})
		if want := `{"data":{"__typename":"Query","a":{"__typename":"TokenStatus"}}}`; a.body != want {
			t.Errorf("got %s, want %s", a.body, want)
		}
	})
}

func TestDocumentsThatAreNotLargeAreKept(t *testing.T) {
	t.Parallel()
	const query = "{ __typename }"
	for _, c := range []struct {
		name string
		text string
		want bool
	}{
		{"a small document", query, true},
		{"the largest", query + strings.Repeat(" ", maxCachedDocument-len(query)), true},
		{"one of a byte more", query + strings.Repeat(" ", maxCachedDocument-len(query)+1), false},
		{"one of fewer characters, but more bytes", query + "#" + strings.Repeat("é", maxCachedDocument-len(query)-1), false},
		{"one that is refused", "{ unknown }", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			documents := newDocuments(loadSchema(t), true)
			first, _ := documents.read(t.Context(), c.text)
			again, _ := documents.read(t.Context(), c.text)
			if got := first != nil && first == again; got != c.want {
				t.Errorf("kept: %v, want %v", got, c.want)
			}
		})
	}
}

// A cached document has been validated, its variables have not.
func TestCachedDocumentIsHeldToTheLimitsToo(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, false)
	const query = `mutation ($yes: Boolean!) { a: ` + oneLogout + ` ... @include(if: $yes) { b: ` + oneLogout + ` } }`
	h.ask(t, request{Query: query, Variables: json.RawMessage(`{"yes":false}`)}).refused(t, "UNAUTHENTICATED")
	h.ask(t, request{Query: query, Variables: json.RawMessage(`{"yes":true}`)}).refused(t, "OPERATION_TOO_COMPLEX")
	for range 2 {
		h.ask(t, request{Query: `{ __schema { queryType { name } } }`}).refused(t, "GRAPHQL_VALIDATION_FAILED")
	}
}

// gqlparser finds all lists and objects equal: of two fields with different ones it would run the first, and say nothing of the other.
func TestFieldsWithDifferentArgumentsAreNotOne(t *testing.T) {
	t.Parallel()
	const first = `login(input: {identifier: "a", password: "b"}) { expiresIn }`
	for _, c := range []struct {
		name, query string
		refused     bool
	}{
		{"another object", `mutation { ` + first + ` login(input: {identifier: "a", password: "c"}) { expiresIn } }`, true},
		{"another object under one alias", `mutation { a: ` + first + ` a: login(input: {identifier: "c", password: "b"}) { expiresIn } }`, true},
		{"another object in a fragment", `mutation { ` + first + ` ...x } fragment x on Mutation { ... { login(input: {identifier: "a", password: "c"}) { expiresIn } } }`, true},
		{"another list", `mutation { deleteUsers(ids: ["a"]) { deletedUserIds } deleteUsers(ids: ["b"]) { deletedUserIds } }`, true},
		{"another object in a query", `{ users(filter: {role: USER}) { totalCount } users(filter: {role: ADMIN}) { totalCount } }`, true},
		{"another variable in an object", `query ($a: Role, $b: Role) { users(filter: {role: $a}) { totalCount } users(filter: {role: $b}) { totalCount } }`, true},
		{"an object and none", `{ users(filter: {role: USER}) { totalCount } users { totalCount } }`, true},
		{"the same object", `mutation { ` + first + ` ` + first + ` }`, false},
		{"the same object and more fields", `{ users(first: 1, filter: {role: USER}) { totalCount } users(filter: {role: USER}, first: 1) { nodes { id } } }`, false},
		{"other objects under other names", `{ a: users(filter: {role: USER}) { totalCount } b: users(filter: {role: ADMIN}) { totalCount } }`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			a := h.ask(t, request{Query: c.query})
			if c.refused {
				a.refused(t, "GRAPHQL_VALIDATION_FAILED")
				h.notExecuted(t, a)
			} else if strings.Contains(a.body, "GRAPHQL_VALIDATION_FAILED") {
				t.Errorf("got %s", a.body)
			}
		})
	}
}

// The counters of docs/security.md are the names of the limits, in their order.
func TestTheSecurityGuideListsEveryLimit(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## What a request may ask for\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var listed []Limit
	for _, row := range regexp.MustCompile("(?m)^\\| [^|]+ \\| [^|]+ \\| `(\\w+)` \\| ").FindAllStringSubmatch(section, -1) {
		listed = append(listed, Limit(row[1]))
	}
	if !slices.Equal(listed, Limits[:]) {
		t.Errorf("docs/security.md lists %q, there are %q", listed, Limits)
	}
}

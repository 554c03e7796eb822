package graph

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each limit with the largest request that it lets pass, and one that is just beyond.
func TestEachLimitHasACodeAndIsCountedOnce(t *testing.T) {
	t.Parallel()
	const pair = `{ok: __typename}`
	types := func(levels int) string { return "query ($v: " + nested(levels, "[", "Int", "]") + ") { me { id } }" }
	values := func(levels int) string { return "{ node(id: " + nested(levels, "[", "1", "]") + ") { id } }" }
	ids := func(n int) string { return "[" + strings.Repeat(`"",`, n-1) + `""]` }
	const deleteUsers = "mutation ($ids: [ID!]!) { deleteUsers(ids: $ids) { deletedUserIds } }"
	type limited struct {
		name           string
		limit          Limit
		code           string
		status         int
		within, beyond string
	}
	cases := []limited{
		{"a body", LimitBody, "BAD_REQUEST", 413, withQuery("{__typename}", "") + strings.Repeat(" ", maxBody-len(withQuery("{__typename}", ""))), withQuery("{__typename}", "") + strings.Repeat(" ", maxBody)},
		{"a batch", LimitBatch, "BAD_REQUEST", 400, " " + withQuery(pair, ""), " [" + withQuery(pair, "") + "]"},
		{"a batch of none", LimitBatch, "BAD_REQUEST", 400, withQuery(pair, ""), "[]"},
		{"tokens", LimitTokens, "OPERATION_TOO_COMPLEX", 400,
			withQuery("{__typename}"+strings.Repeat("#\n", maxTokens-3), ""), withQuery("{__typename}"+strings.Repeat("#\n", maxTokens-2), "")},
		{"tokens after a mistake", LimitTokens, "OPERATION_TOO_COMPLEX", 400, withQuery("{__typename}", ""), withQuery("{"+strings.Repeat(" x", maxTokens)+" $", "")},
		{"operations", LimitDefinitions, "OPERATION_TOO_COMPLEX", 400,
			`{"operationName":"Q0",` + withQuery(repeat(maxDefinitions, "query Q%d {__typename}"), "")[1:], `{"operationName":"Q0",` + withQuery(repeat(maxDefinitions+1, "query Q%d {__typename}"), "")[1:]},
		{"fragments", LimitDefinitions, "OPERATION_TOO_COMPLEX", 400,
			withQuery("{"+repeat(maxDefinitions-1, "...F%d ")+"}"+repeat(maxDefinitions-1, "fragment F%d on Query {__typename}"), ""),
			withQuery("{"+repeat(maxDefinitions, "...F%d ")+"}"+repeat(maxDefinitions, "fragment F%d on Query {__typename}"), "")},
		{"fields in each other", LimitDepth, "OPERATION_TOO_COMPLEX", 400,
			withQuery(`{__type(name: "x") {`+nested(maxDepth-2, "ofType {", "name", "}")+"}}", ""), withQuery(`{__type(name: "x") {`+nested(maxDepth-1, "ofType {", "name", "}")+"}}", "")},
		{"fields in fragments in each other", LimitDepth, "OPERATION_TOO_COMPLEX", 400,
			withQuery(`{__type(name: "x") {`+nested(9, "ofType {", "...F", "}")+"}} fragment F on __Type {"+nested(maxDepth-11, "ofType {", "name", "}")+"}", ""),
			withQuery(`{__type(name: "x") {`+nested(9, "ofType {", "...F", "}")+"}} fragment F on __Type {"+nested(maxDepth-10, "ofType {", "name", "}")+"}", "")},
		{"inline fragments in each other", LimitDepth, "OPERATION_TOO_COMPLEX", 400,
			withQuery(nested(maxDepth-1, "{ ... ", "{ __typename }", "}"), ""), withQuery(nested(maxDepth, "{ ... ", "{ __typename }", "}"), "")},
		{"values in each other", LimitDepth, "OPERATION_TOO_COMPLEX", 400, withQuery(values(maxValueDepth), ""), withQuery(values(maxValueDepth+1), "")},
		{"types in each other", LimitDepth, "OPERATION_TOO_COMPLEX", 400, withQuery(types(maxValueDepth), ""), withQuery(types(maxValueDepth+1), "")},
		{"lists of the schema in each other", LimitDepth, "OPERATION_TOO_COMPLEX", 400,
			withQuery("{ __schema { types { fields { args { name } } } } }", ""), withQuery("{ __schema { types { fields { args { type { fields { name } } } } } } }", "")},
		{"aliases", LimitAliases, "OPERATION_TOO_COMPLEX", 400,
			withQuery("{ me {"+repeat(maxAliases, " a%d: id")+" } }", ""), withQuery("{ me {"+repeat(maxAliases+1, " a%d: id")+" } }", "")},
		{"aliases through fragments", LimitAliases, "OPERATION_TOO_COMPLEX", 400,
			withQuery("{ me { ...F } a: me { id ...F } } fragment F on User {"+repeat(24, " a%d: id")+" }", ""), withQuery("{ me { ...F } a: me { id ...F } } fragment F on User {"+repeat(25, " a%d: id")+" }", "")},
		{"directives", LimitDirectives, "OPERATION_TOO_COMPLEX", 400,
			withQuery("{"+strings.Repeat(" __typename @skip(if: false)", maxDirectives)+"}", ""), withQuery("{"+strings.Repeat(" __typename @skip(if: false)", maxDirectives+1)+"}", "")},
		{"directives of one field", LimitDirectives, "OPERATION_TOO_COMPLEX", 400, withQuery("{ __typename }", ""), withQuery("{ __typename"+strings.Repeat(" @skip(if: false)", maxDirectives+1)+"}", "")},
		{"variables of a document", LimitVariables, "OPERATION_TOO_COMPLEX", 400,
			withQuery("query ("+repeat(maxVariables, "$v%d: Int ")+") { me { id } }", ""), withQuery("query ("+repeat(maxVariables+1, "$v%d: Int ")+") { me { id } }", "")},
		{"variables of a request", LimitVariables, "OPERATION_TOO_COMPLEX", 400,
			withQuery("{ __typename }", "{"+repeat(maxVariables-1, `"v%d":0,`)+`"x":0}`), withQuery("{ __typename }", "{"+repeat(maxVariables, `"v%d":0,`)+`"x":0}`)},
		{"fields", LimitComplexity, "OPERATION_TOO_COMPLEX", 400,
			withQuery("{"+strings.Repeat(" __typename", maxFields)+"}", ""), withQuery("{"+strings.Repeat(" __typename", maxFields+1)+"}", "")},
		{"values of an answer", LimitComplexity, "OPERATION_TOO_COMPLEX", 400,
			withQuery("{ users(first: 98) { nodes { sessions { id } } } }", ""), withQuery("{ users(first: 100) { nodes { sessions { id current } } } }", "")},
		{"fields at the top of a query", LimitRootFields, "OPERATION_TOO_COMPLEX", 400,
			withQuery("{"+repeat(maxRootFields, " a%d: __typename")+"}", ""), withQuery("{"+repeat(maxRootFields+1, ` a%d: validateToken(token: "") { active }`)+"}", "")},
		{"fields of a mutation", LimitRootFields, "OPERATION_TOO_COMPLEX", 400,
			withQuery("mutation {"+oneLogout+"}", ""), withQuery("mutation {"+oneLogout+" a: "+oneLogout+"}", "")},
		{"a list in a document", LimitList, "BAD_USER_INPUT", 400,
			withQuery("mutation { deleteUsers(ids: "+ids(maxList)+") { deletedUserIds } }", ""), withQuery("mutation { deleteUsers(ids: "+ids(maxList+1)+") { deletedUserIds } }", "")},
		{"a list in a variable", LimitList, "BAD_USER_INPUT", 400, withQuery(deleteUsers, `{"ids":`+ids(maxList)+"}"), withQuery(deleteUsers, `{"ids":`+ids(maxList+1)+"}")},
		{"a list in a variable's default", LimitList, "BAD_USER_INPUT", 400,
			withQuery("mutation ($ids: [ID!]! = "+ids(maxList)+") { deleteUsers(ids: $ids) { deletedUserIds } }", ""),
			withQuery("mutation ($ids: [ID!]! = "+ids(maxList+1)+") { ...F } fragment F on Mutation { deleteUsers(ids: $ids) { deletedUserIds } }", "")},
		{"a list where none belongs", LimitList, "BAD_USER_INPUT", 400,
			withQuery("query ($d: DateTime) { users(filter: {createdAfter: $d}) { totalCount } }", `{"d":[`+ids(maxList)+"]}"),
			withQuery("query ($d: DateTime) { users(filter: {createdAfter: $d}) { totalCount } }", `{"d":{"a":[`+ids(maxList+1)+"]}}")},
	}
	for _, limit := range Limits {
		if !slices.ContainsFunc(cases, func(c limited) bool { return c.limit == limit }) {
			t.Errorf("nothing is beyond %s", limit)
		}
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			send := func(body string) (int, answer) { return h.sendRaw(t, http.MethodPost, "/graphql", body) }
			if _, a := send(c.within); len(h.counted) > 0 {
				t.Errorf("what is within counts as %v: %s", h.counted, a.body)
			}
			h.log.Reset()
			status, a := send(c.beyond)
			a.refused(t, c.code)
			h.notExecuted(t, a)
			if status != c.status || !slices.Equal(h.counted, []Limit{c.limit}) {
				t.Errorf("status %d, counted %v; want %d, %s: %s", status, h.counted, c.status, c.limit, a.body)
			}
		})
	}
}

func TestAddressThatIsTooLongIsRefusedAndCounted(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	query := "/graphql?query=" + url.QueryEscape("{ __typename }") + "&x="
	if status, a := h.sendRaw(t, http.MethodGet, query+strings.Repeat("x", maxBody-len(query)), ""); status != http.StatusOK || len(h.counted) > 0 {
		t.Errorf("status %d, counted %v: %s", status, h.counted, a.body)
	}
	status, a := h.sendRaw(t, http.MethodGet, query+strings.Repeat("x", maxBody), "")
	a.refused(t, "BAD_REQUEST")
	if status != http.StatusRequestEntityTooLarge || !slices.Equal(h.counted, []Limit{LimitBody}) {
		t.Errorf("status %d, counted %v: %s", status, h.counted, a.body)
	}
}

func TestWhatIsRefusedForAnotherReasonIsNotCounted(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	for _, body := range []string{
		"", "{", `{"query":7}`, withQuery("{", ""), withQuery("{ unknown }", ""), withQuery("{ me { id } }", ""), withQuery(loginDocument, ""),
		withQuery("{ a: me { id } a: __typename }", ""), withQuery("mutation { deleteUsers(ids: []) { deletedUserIds } }", ""),
	} {
		h.sendRaw(t, http.MethodPost, "/graphql", body)
	}
	if len(h.counted) > 0 {
		t.Errorf("counted %v", h.counted)
	}
}

func TestNobodyHasToCount(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	h.graph.refused = nil
	h.ask(t, request{Query: "mutation { a: " + oneLogout + " b: " + oneLogout + " }"}).refused(t, "OPERATION_TOO_COMPLEX")
}

// What clients send as it is: GraphiQL's introspection, and all documents of the example apps.
func TestDocumentsOfClientsAreWithinTheLimits(t *testing.T) {
	t.Parallel()
	documents := map[string]string{"GraphiQL's introspection": graphiQLIntrospection}
	for _, pattern := range []string{"apollo-app/src/api/latchkey.graphql", "generators/genqlient/*.graphql", "work-items/latchkey/*.graphql"} {
		files, err := filepath.Glob(filepath.Join("..", "clients", filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			documents[file] = string(text)
		}
	}
	for name, text := range documents {
		if _, errs := newDocuments(loadSchema(t), true).read(t.Context(), text); errs != nil {
			t.Errorf("%s: %v", name, errs)
		}
	}
	a := newTestHandler(t, true).ask(t, request{Query: graphiQLIntrospection})
	if a.refused(t); !strings.Contains(a.body, `"specifiedByURL":"https://scalars.graphql.org/`) {
		t.Errorf("got %.300s", a.body)
	}
}

// A document with hundreds of mistakes is not worth an answer of megabytes.
func TestOfManyMistakesTheFirstAreTold(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 10_000)
	for _, query := range []string{"{" + strings.Repeat(" nobody", 900) + "}", "query " + long + "{" + strings.Repeat(" validateToken(token: $"+long+") { active }", 3) + "}"} {
		a := newTestHandler(t, true).ask(t, request{Query: query})
		if n := len(a.Errors); n == 0 || n > maxErrors || len(a.body) > maxErrors*(maxMessage+200) {
			t.Errorf("%d errors in %d bytes", n, len(a.body))
		}
	}
	a := newTestHandler(t, true).ask(t, request{Query: loginDocument, Variables: json.RawMessage(`{"input":{"` + long + `":1}}`)})
	if a.refused(t, "GRAPHQL_VALIDATION_FAILED"); len(a.body) > maxMessage+200 {
		t.Errorf("got %d bytes", len(a.body))
	}
}

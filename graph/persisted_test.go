package graph

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// persistedRequest is a request with a hash.
type persistedRequest struct {
	method    string // POST if it is ""
	query     string // "" for the hash alone
	hash      string
	variables string // a JSON object; "" for none
}

// send sends a request as Apollo Client and urql do.
func (h *testHandler) send(t *testing.T, r persistedRequest) (int, answer) {
	t.Helper()
	extensions := fmt.Sprintf(`{"persistedQuery":{"version":1,"sha256Hash":%q}}`, r.hash)
	if r.method == http.MethodGet {
		parameters := url.Values{"extensions": {extensions}}
		if r.query != "" {
			parameters.Set("query", r.query)
		}
		if r.variables != "" {
			parameters.Set("variables", r.variables)
		}
		return h.sendRaw(t, http.MethodGet, "/graphql?"+parameters.Encode(), "")
	}
	body := `{"extensions":` + extensions
	if r.query != "" {
		text, err := json.Marshal(r.query)
		if err != nil {
			t.Fatal(err)
		}
		body += `,"query":` + string(text)
	}
	if r.variables != "" {
		body += `,"variables":` + r.variables
	}
	return h.sendRaw(t, http.MethodPost, "/graphql", body+"}")
}

func (h *testHandler) sendRaw(t *testing.T, method, address, body string) (int, answer) {
	t.Helper()
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", newType+", "+oldType+";q=0.9")
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	a := answer{header: recorder.Header(), body: recorder.Body.String()}
	if err := json.Unmarshal(recorder.Body.Bytes(), &a); err != nil {
		t.Fatalf("not JSON: %v: %s", err, a.body)
	}
	return recorder.Code, a
}

// knows tells whether a document runs by its hash.
func (h *testHandler) knows(t *testing.T, document string) bool {
	t.Helper()
	_, a := h.send(t, persistedRequest{hash: hashOf(document)})
	return !strings.Contains(a.body, string(codePersistedQueryNotFound))
}

// Clients look for the words of the message, and urql for the status too; the newer media type has no such answer.
func TestUnknownHashIsAnsweredAsClientsExpect(t *testing.T) {
	t.Parallel()
	const want = `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`
	hash := hashOf("{ __typename }")
	for name, r := range map[string]struct{ method, address, body string }{
		"POST":                     {"POST", "/graphql", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}}`},
		"POST with an empty query": {"POST", "/graphql", `{"query":"","extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}}`},
		"POST with a null query":   {"POST", "/graphql", `{"query":null,"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}}`},
		"GET":                      {"GET", "/graphql?extensions=" + url.QueryEscape(`{"persistedQuery":{"version":1,"sha256Hash":"`+hash+`"}}`), ""},
		"what is no hash":          {"POST", "/graphql", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"hunter2"}}}`},
		"a hash in capitals":       {"POST", "/graphql", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + strings.ToUpper(hash) + `"}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, a := newTestHandler(t, true).sendRaw(t, r.method, r.address, r.body)
			if status != http.StatusOK || a.body != want || a.header.Get("Content-Type") != oldType+"; charset=utf-8" {
				t.Errorf("status %d, %s: %s", status, a.header.Get("Content-Type"), a.body)
			}
		})
	}
}

func TestDocumentThatCameWithItsHashRunsByTheHashAlone(t *testing.T) {
	t.Parallel()
	const validate = `query ($token: String!) { __typename validateToken(token: $token) { reason } }`
	const named = `query ($yes: Boolean!) { __typename @include(if: $yes) a: __typename }`
	const logout = `mutation ($scope: LogoutScope!) { logout(scope: $scope) { endedSessionIds } }`
	for _, c := range []struct{ name, method, query, variables, want string }{
		{"a query", http.MethodPost, `{ __typename }`, ``, `{"data":{"__typename":"Query"}}`},
		{"a query over GET", http.MethodGet, `{ __typename }`, ``, `{"data":{"__typename":"Query"}}`},
		{"a query with variables", http.MethodPost, validate, `{"token":"x"}`, `{"data":{"__typename":"Query","validateToken":{"reason":"MALFORMED"}}}`},
		{"a query with variables over GET", http.MethodGet, named, `{"yes":true}`, `{"data":{"__typename":"Query","a":"Query"}}`},
		{"a query with other variables over GET", http.MethodGet, named, `{"yes":false}`, `{"data":{"a":"Query"}}`},
		{"a mutation", http.MethodPost, logout, `{"scope":"ALL"}`, `"code":"UNAUTHENTICATED"`}, // by logout itself
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			r := persistedRequest{method: c.method, query: c.query, hash: hashOf(c.query), variables: c.variables}
			for _, r.query = range []string{r.query, "", ""} {
				if status, a := h.send(t, r); status != http.StatusOK || !strings.Contains(a.body, c.want) {
					t.Errorf("with the query %q: status %d: %s", r.query, status, a.body)
				}
			}
		})
	}
}

func TestGETRefusesTheSameByHash(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ query, variables string }{
		{`mutation { logout { endedSessionIds } }`, ``},
		{`query ($token: String!) { ... { a: validateToken(token: $token) { active } } }`, `{"token":"hunter2"}`},
	} {
		h := newTestHandler(t, true)
		h.send(t, persistedRequest{query: c.query, hash: hashOf(c.query), variables: c.variables})
		for _, query := range []string{"", c.query} {
			status, a := h.send(t, persistedRequest{method: http.MethodGet, query: query, hash: hashOf(c.query), variables: c.variables})
			if a.refused(t, "BAD_REQUEST"); status != http.StatusMethodNotAllowed || a.header.Get("Allow") != http.MethodPost || strings.Contains(a.body, `"data"`) {
				t.Errorf("%q: status %d: %s", query, status, a.body)
			}
		}
	}
}

func TestHashThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	const document = "{ __typename }"
	hash := hashOf(document)
	for _, sent := range []string{hashOf("{ me { id } }"), strings.ToUpper(hash), hash + " ", hash[1:], "hunter2"} {
		h := newTestHandler(t, true)
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			status, a := h.send(t, persistedRequest{method: method, query: document, hash: sent})
			if a.refused(t, "BAD_REQUEST"); status != http.StatusBadRequest || strings.Contains(a.body, "hunter2") {
				t.Errorf("%s, %s: status %d: %s", method, sent, status, a.body)
			}
		}
		if h.knows(t, document) {
			t.Errorf("%s: kept", sent)
		}
	}
}

func TestExtensionThatIsNotTheProtocolIsRefused(t *testing.T) {
	t.Parallel()
	const document = "{ __typename }"
	hash := hashOf(document)
	for _, sent := range []string{
		`{"version":1,"sha256Hash":""}`, `{"version":1,"sha256Hash":7}`, `{"version":1,"sha256Hash":null}`, `{"version":1}`,
		`{"sha256Hash":"` + hash + `"}`, `{"version":2,"sha256Hash":"` + hash + `"}`, `{"version":"1","sha256Hash":"` + hash + `"}`,
		`{}`, `[]`, `7`, `true`, `"hunter2"`,
	} {
		h := newTestHandler(t, true)
		h.send(t, persistedRequest{query: document, hash: hash})
		extensions := `{"persistedQuery":` + sent + `}`
		for _, r := range []struct{ method, address, body string }{
			{"POST", "/graphql", `{"extensions":` + extensions + `}`},
			{"POST", "/graphql", `{"query":"{ __typename }","extensions":` + extensions + `}`},
			{"GET", "/graphql?extensions=" + url.QueryEscape(extensions), ""},
			{"GET", "/graphql?query={__typename}&extensions=" + url.QueryEscape(extensions), ""},
		} {
			status, a := h.sendRaw(t, r.method, r.address, r.body)
			if a.refused(t, "BAD_REQUEST"); status != http.StatusBadRequest || strings.Contains(a.body, "hunter2") {
				t.Errorf("%s %s%s: status %d: %s", r.method, r.address, r.body, status, a.body)
			}
		}
	}
	t.Run("null is as good as nothing", func(t *testing.T) {
		t.Parallel()
		h := newTestHandler(t, true)
		if status, a := h.sendRaw(t, "POST", "/graphql", `{"query":"{ __typename }","extensions":{"persistedQuery":null}}`); status != http.StatusOK || len(a.Errors) > 0 {
			t.Errorf("status %d: %s", status, a.body)
		}
		if status, a := h.sendRaw(t, "POST", "/graphql", `{"extensions":{"persistedQuery":null}}`); status != http.StatusBadRequest {
			t.Errorf("status %d: %s", status, a.body)
		}
	})
}

// What is kept is bounded, and tells nobody what others have sent.
func TestOnlySmallDocumentsThatFitTheSchemaAndHoldNoTextAreKept(t *testing.T) {
	t.Parallel()
	largest := "{ __typename }" + strings.Repeat(" ", maxCachedDocument-len("{ __typename }"))
	for _, c := range []struct {
		name, query, variables string
		want                   bool
	}{
		{"a document", `query { __typename }`, ``, true},
		{"a document with values that are no text", `query { users(first: 20, filter: {role: ADMIN, disabled: false}) { totalCount } }`, ``, true},
		{"the largest", largest, ``, true},
		{"one of a byte more", largest + " ", ``, false},
		{"as much as a request may have", largest + strings.Repeat(" ", maxBody-maxCachedDocument-1000), ``, false},
		{"what is not GraphQL", `{ __typename`, ``, false},
		{"what is nothing", ` `, ``, false},
		{"what does not fit the schema", `{ hunter2 }`, ``, false},
		{"what asks for too much", `mutation { a: logout { endedSessionIds } b: logout { endedSessionIds } }`, ``, false},
		{"variables that do not fit", `query ($first: Int) { users(first: $first) { totalCount } }`, `{"first":"hunter2"}`, false},
		{"a password", `mutation { login(input: {identifier: "ada", password: "hunter2"}) { expiresIn } }`, ``, false},
		{"a password in a block", `mutation { login(input: {identifier: """ada""", password: """hunter2"""}) { expiresIn } }`, ``, false},
		{"a password as a default", `mutation ($p: String! = "hunter2") { refreshToken(token: $p) { expiresIn } }`, ``, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, true)
			h.send(t, persistedRequest{query: c.query, hash: hashOf(c.query), variables: c.variables})
			if got := h.knows(t, c.query); got != c.want {
				t.Errorf("known by its hash: %v", got)
			}
		})
	}
	t.Run("one that came without its hash", func(t *testing.T) {
		t.Parallel()
		h := newTestHandler(t, true)
		h.ask(t, request{Query: `{ __typename }`})
		if h.knows(t, `{ __typename }`) {
			t.Error("known by its hash")
		}
	})
}

func TestNobodyCanFillTheMemoryWithDocuments(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	document := func(i int) string { return fmt.Sprintf(`{ a%d: __typename }`, i) }
	const sent = 2 * cachedDocuments
	for i := range sent {
		h.send(t, persistedRequest{query: document(i), hash: hashOf(document(i))})
	}
	known := 0
	for i := range sent {
		if h.knows(t, document(i)) {
			known++
		}
	}
	if known != cachedDocuments || !h.knows(t, document(sent-1)) {
		t.Errorf("%d of %d documents are known, the last one: %v", known, sent, h.knows(t, document(sent-1)))
	}
}

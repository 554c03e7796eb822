package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"latchkey/internal/config"
	"latchkey/internal/requestid"
	"latchkey/internal/testdb"
)

// marker stands for a secret that someone put in the wrong place.
const marker = "hunter2-SECRET"

func TestWhatIsNotARequestIsRefusedInTheShapeOfGraphQL(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	for _, c := range []struct {
		name, method, contentType, body string
		status                          int
		allow                           string
	}{
		{"PUT", "PUT", "application/json", `{"query":"{ me { id } }"}`, 405, "GET, POST"},
		{"DELETE", "DELETE", "", "", 405, "GET, POST"},
		{"HEAD", "HEAD", "", "", 405, "GET, POST"},
		{"OPTIONS", "OPTIONS", "", "", 405, "GET, POST"},
		{"no content type", "POST", "-", `{"query":"{ me { id } }"}`, 415, ""},
		{"a form", "POST", "application/x-www-form-urlencoded", "query={me{id}}", 415, ""},
		{"an upload", "POST", "multipart/form-data; boundary=x", "--x--", 415, ""},
		{"plain text", "POST", "text/plain", `{"query":"{ me { id } }"}`, 415, ""},
		{"a document", "POST", "application/graphql", "{ me { id } }", 415, ""},
		{"another charset", "POST", "application/json; charset=latin1", `{"query":"{ me { id } }"}`, 415, ""},
		{"malformed JSON", "POST", "application/json", `{"query": "{ me { id } }", "variables": {"password": "` + marker, 400, ""},
		{"nothing", "POST", "application/json", "", 400, ""},
		{"null", "POST", "application/json", "null", 400, ""},
		{"a batch", "POST", "application/json", `[{"query":"{ me { id } }"},{"query":"{ me { id } }"}]`, 400, ""},
		{"two bodies", "POST", "application/json", `{"query":"{ me { id } }"}{"query":"` + marker + `"}`, 400, ""},
		{"no query", "POST", "application/json", `{"password":"` + marker + `"}`, 400, ""},
		{"a number for the query", "POST", "application/json", `{"query": 7}`, 400, ""},
		{"text for the variables", "POST", "application/json", `{"query":"{ me { id } }","variables":"` + marker + `"}`, 400, ""},
		{"a number for the operation name", "POST", "application/json", `{"query":"{ me { id } }","operationName":7}`, 400, ""},
		{"text for the extensions", "POST", "application/json", `{"query":"{ me { id } }","extensions":"` + marker + `"}`, 400, ""},
		{"invalid UTF-8", "POST", "application/json", "{\"query\":\"{ me { id } }\",\"variables\":{\"p\":\"" + marker + "\xff\"}}", 400, ""},
		{"a body over 64 KiB", "POST", "application/json", `{"query":"` + strings.Repeat("#", 64<<10) + marker + `"}`, 413, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := http.Header{}
			if c.contentType != "-" {
				header.Set("Content-Type", c.contentType)
			}
			a := s.send(t, c.method, "/graphql", header, []byte(c.body))
			if a.status != c.status || a.header.Get("Allow") != c.allow {
				t.Errorf("status %d, Allow %q: %s", a.status, a.header.Get("Allow"), a.body)
			}
			if c.method != "HEAD" {
				a.refused(t, "BAD_REQUEST")
			}
			if got := a.header.Get("Content-Type"); got != "application/graphql-response+json; charset=utf-8" {
				t.Errorf("Content-Type %q", got)
			}
			if strings.Contains(a.body, marker) || strings.Contains(s.log.String(), marker) {
				t.Errorf("the secret got out: %s", a.body)
			}
			if strings.Contains(a.body, `"data"`) {
				t.Errorf("there is data in %s", a.body)
			}
		})
	}
}

func TestUnacceptableDocumentsAndVariables(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	for _, c := range []struct {
		name, query, variables, code string
	}{
		{"a syntax error", `{ me { id } } "` + marker + `"`, `{}`, "GRAPHQL_PARSE_FAILED"},
		{"an unfinished string", `{ validateToken(token: "` + marker, `{}`, "GRAPHQL_PARSE_FAILED"},
		{"a bad escape", `{ validateToken(token: "\q` + marker + `") { active } }`, `{}`, "GRAPHQL_PARSE_FAILED"},
		{"nothing", ``, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"a fragment only", `fragment F on User { id }`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"an unknown field", `{ me { passwordHash } }`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"an unknown argument", `{ me(token: "` + marker + `") { id } }`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"a number for text", `mutation { login(input: {identifier: 7, password: "` + marker + `"}) { expiresIn } }`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"text for an object", `mutation { login(input: "` + marker + `") { expiresIn } }`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"text for an enum", `mutation { logout(scope: "` + marker + `") { endedSessionIds } }`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"null for a required value", `mutation { login(input: {identifier: "ada", password: null}) { expiresIn } }`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"a missing field", `mutation { login(input: {identifier: "` + marker + `"}) { expiresIn } }`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"an unknown input field", `mutation { login(input: {identifier: "ada", password: "x", pin: "` + marker + `"}) { expiresIn } }`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"a missing variable", login, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"null for a variable", login, `{"input":null}`, "GRAPHQL_VALIDATION_FAILED"},
		{"text for an object in a variable", login, `{"input":"` + marker + `"}`, "GRAPHQL_VALIDATION_FAILED"},
		{"a missing field in a variable", login, `{"input":{"identifier":"` + marker + `"}}`, "GRAPHQL_VALIDATION_FAILED"},
		{"null for a field in a variable", login, `{"input":{"identifier":"` + marker + `","password":null}}`, "GRAPHQL_VALIDATION_FAILED"},
		{"a number in a variable", login, `{"input":{"identifier":"ada","password":12345678}}`, "GRAPHQL_VALIDATION_FAILED"},
		{"a list in a variable", login, `{"input":{"identifier":"ada","password":["` + marker + `"]}}`, "GRAPHQL_VALIDATION_FAILED"},
		{"an unknown field in a variable", login, `{"input":{"identifier":"ada","password":"x","` + marker + ` ":"` + marker + `"}}`, "GRAPHQL_VALIDATION_FAILED"},
		{"an unknown enum value in a variable", logout, `{"scope":"` + marker + `"}`, "GRAPHQL_VALIDATION_FAILED"},
		{"null for a condition with a default", `query ($t: Boolean = true) { me @skip(if: $t) { id } }`, `{"t":null}`, "GRAPHQL_VALIDATION_FAILED"},
		{"null for a nested condition", `query ($t: Boolean = true) { me { ...F @include(if: $t) } } fragment F on User { id @skip(if: $t) }`, `{"t":null}`, "GRAPHQL_VALIDATION_FAILED"},
		{"null for a mutation's condition", `mutation ($t: Boolean = true) { logout @skip(if: $t) { endedSessionIds } }`, `{"t":null}`, "GRAPHQL_VALIDATION_FAILED"},
		{"null for text with a default", `query ($t: String = "x") { validateToken(token: $t) { active } }`, `{"t":null}`, "GRAPHQL_VALIDATION_FAILED"},
		{"null for a field with a default", `mutation ($p: String = "x") { login(input: {identifier: "ada", password: $p}) { expiresIn } }`, `{"p":null}`, "GRAPHQL_VALIDATION_FAILED"},
		{"null for an argument with a default", `mutation ($s: LogoutScope) { logout(scope: $s) { endedSessionIds } }`, `{"s":null}`, "GRAPHQL_VALIDATION_FAILED"},
		{"fragments that double a hundred times", doubling(100), `{}`, "OPERATION_TOO_COMPLEX"},
		{"aliases that multiply", `{ a: __schema {...S} b: __schema {...S} c: __schema {...S} d: __schema {...S} e: __schema {...S} f: __schema {...S} }
			fragment S on __Schema { a: types {...T} b: types {...T} c: types {...T} d: types {...T} e: types {...T} f: types {...T} }
			fragment T on __Type { a: fields {...F} b: fields {...F} c: fields {...F} d: fields {...F} e: fields {...F} f: fields {...F} }
			fragment F on __Field { a: name b: name c: name d: name e: name f: name }`, `{}`, "OPERATION_TOO_COMPLEX"},
		{"introspection in circles", `{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }`, `{}`, "OPERATION_TOO_COMPLEX"},
		{"2,000 fields", `{ ` + strings.Repeat("__typename ", 2000) + `}`, `{}`, "OPERATION_TOO_COMPLEX"},
		{"two mutations", `mutation { a: login(input: {identifier: "a", password: "` + marker + `"}) { expiresIn } b: login(input: {identifier: "a", password: "b"}) { expiresIn } }`,
			`{}`, "OPERATION_TOO_COMPLEX"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := fmt.Sprintf(`{"query":%s,"variables":%s,"extensions":{"clientLibrary":{"name":"@apollo/client"}}}`, quote(t, c.query), c.variables)
			for accept, want := range map[string]struct {
				status int
				media  string
			}{
				"":                                  {200, "application/json"},
				"*/*":                               {200, "application/json"},
				"application/json":                  {200, "application/json"},
				"application/graphql-response+json": {400, "application/graphql-response+json"},
				"application/graphql-response+json, application/json;q=0.9": {400, "application/graphql-response+json"},
				"application/json, application/graphql-response+json;q=0.9": {200, "application/json"},
			} {
				header := http.Header{}
				if accept != "" {
					header.Set("Accept", accept)
				}
				a := s.post(t, header, []byte(body))
				if a.status != want.status || a.header.Get("Content-Type") != want.media+"; charset=utf-8" {
					t.Errorf("%q: status %d, %s", accept, a.status, a.header.Get("Content-Type"))
				}
				if len(a.Errors) == 0 || a.Errors[0].Extensions["code"] != c.code || strings.Contains(a.body, `"data"`) {
					t.Errorf("%q: %s", accept, a.body)
				}
				if strings.Contains(a.body, marker) {
					t.Errorf("the secret got out: %s", a.body)
				}
			}
		})
	}
	if strings.Contains(s.log.String(), marker) {
		t.Error("the secret got into the log")
	}
}

// doubling is a document whose fields double with each of n fragments.
func doubling(n int) string {
	text := "{ __schema { types { ...A0 } } }"
	for i := range n {
		text += fmt.Sprintf(" fragment A%d on __Type { ...A%d ...A%d }", i, i+1, i+1)
	}
	return text + fmt.Sprintf(" fragment A%d on __Type { name }", n)
}

// A variable of another operation, in a fragment of that one, does not matter.
func TestNullIsRefusedOnlyWhereTheOperationUsesIt(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	ada := s.join(t, "ada@example.org")
	body := `{"operationName":"A","variables":{"d":null},"query":` + quote(t, `
		mutation A($d: String) { updateUser(input: {name: $d}) { user { name } } }
		query B($d: ID = "x") { ...F } fragment F on Query { node(id: $d) { id } }`) + `}`
	s.post(t, http.Header{"Authorization": {"Bearer " + ada.token}}, []byte(body)).ok(t)
}

// gqlparser reads an escaped surrogate pair as two replacement characters: the password would not be what was sent.
func TestEscapesThatTheParserLosesAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	a := s.ask(t, "", `mutation { signup(input: {username: "ada", password: "pass\uD83D\uDE00word"}) { expiresIn } }`, nil)
	a.refused(t, "BAD_USER_INPUT field=input.password reason=INVALID_FORMAT")
	a = s.post(t, http.Header{}, []byte(`{"query":`+quote(t, signup)+`,"variables":{"input":{"username":"ada","password":"pass\ud83dword"}}}`))
	a.refused(t, "BAD_USER_INPUT field=input.password reason=INVALID_FORMAT")
	s.post(t, http.Header{}, []byte(`{"query":`+quote(t, signup)+`,"variables":{"input":{"username":"ada","password":"pass\ud83d\ude00word"}}}`)).ok(t)
	s.login(t, "ada", "pass😀word")
}

func TestQueriesOverGET(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	ada := s.join(t, "ada@example.org")
	get := func(accessToken string, parameters url.Values) *answer {
		header := http.Header{"Authorization": {"Bearer " + accessToken}}
		return s.send(t, http.MethodGet, "/graphql?"+parameters.Encode(), header, nil)
	}
	a := get(ada.token, url.Values{"query": {`query A { me { id } } query B($id: ID!) { node(id: $id) { id } }`},
		"operationName": {"B"}, "variables": {`{"id":"` + ada.id + `"}`}}).ok(t)
	if a.at(t, "node.id") != ada.id {
		t.Error(a.body)
	}
	for name, parameters := range map[string]url.Values{
		"a mutation":    {"query": {`mutation { logout { endedSessionIds } }`}},
		"validateToken": {"query": {`{ ... { a: validateToken(token: "` + ada.token + `") { active } } }`}},
	} {
		if a := get(ada.token, parameters).refused(t, "BAD_REQUEST"); a.status != 405 || a.header.Get("Allow") != "POST" {
			t.Errorf("%s: status %d", name, a.status)
		}
	}
	get(ada.token, url.Values{"query": {me}}).ok(t)
	for name, parameters := range map[string]url.Values{
		"no query":          {},
		"broken variables":  {"query": {me}, "variables": {marker}},
		"a list":            {"query": {me}, "variables": {"[]"}},
		"broken extensions": {"query": {me}, "extensions": {"7"}},
		"invalid UTF-8":     {"query": {"{ me { id } } #\xff"}},
	} {
		if a := get(ada.token, parameters).refused(t, "BAD_REQUEST"); a.status != 400 || strings.Contains(a.body, marker) {
			t.Errorf("%s: status %d: %s", name, a.status, a.body)
		}
	}
	if strings.Contains(s.log.String(), ada.token) {
		t.Error("the log has a token from an address")
	}
}

func TestEveryAnswerHasARequestIDAndIsNotStored(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	seen := map[string]bool{}
	for _, a := range []*answer{
		s.ask(t, "", me, nil), s.ask(t, "", "{", nil), s.send(t, "PUT", "/graphql", nil, nil),
		s.send(t, "POST", "/graphql", nil, nil), s.send(t, "GET", "/graphql", nil, nil),
		s.send(t, "GET", "/graphql?query=mutation{logout{endedSessionIds}}", nil, nil),
		s.post(t, http.Header{}, bytes.Repeat([]byte(" "), 1<<21)),
		s.askWith(t, http.Header{requestid.Header: {"chosen-by-the-client"}}, me, nil),
	} {
		id := a.header.Get(requestid.Header)
		if id == "" || id == "chosen-by-the-client" || seen[id] || !strings.Contains(s.log.String(), id) {
			t.Errorf("request id %q", id)
		}
		seen[id] = true
		if a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("Cache-Control %q", a.header.Get("Cache-Control"))
		}
	}
	s.send(t, "GET", "/graphql/"+marker+"?query="+marker, nil, nil)
	if strings.Contains(s.log.String(), marker) {
		t.Error("an address got into the log")
	}
}

func TestIntrospectionCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	const query = `{ __schema { queryType { name } } }`
	s := start(t, testdb.SQLite(t))
	if got := s.ask(t, "", query, nil).ok(t).at(t, "__schema.queryType.name"); got != "Query" {
		t.Error(got)
	}
	closed := start(t, testdb.SQLite(t), func(c *config.Config) { c.Introspection = false })
	closed.ask(t, "", query, nil).refused(t, "GRAPHQL_VALIDATION_FAILED")
	closed.join(t, "ada@example.org")
}

func TestPlaygroundCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	if a := s.send(t, "GET", "/", nil, nil); a.status != 200 || !strings.Contains(a.body, "<html") {
		t.Errorf("status %d: %s", a.status, a.body)
	}
	closed := start(t, testdb.SQLite(t), func(c *config.Config) { c.Playground = false })
	if a := closed.send(t, "GET", "/", nil, nil); a.status != 404 {
		t.Errorf("status %d", a.status)
	}
}

// Passwords, tokens, hashes and keys of a whole story are searched for in all that was logged, at the finest level.
func TestNoSecretIsLogged(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.ask(t, "", login, input(vars{"identifier": marker, "password": marker})).refused(t, "INVALID_CREDENTIALS")
		s.ask(t, "", signup, input(vars{"email": "ada@example.org", "password": marker})).refused(t, "EMAIL_TAKEN field=input.email")
		a := s.ask(t, ada.token, update, input(vars{"newPassword": marker, "currentPassword": secret})).ok(t)
		fresh := a.at(t, "updateUser.auth.accessToken")
		s.ask(t, fresh, logout, vars{"scope": "ALL"}).ok(t)
		s.ask(t, fresh, me, nil).refused(t, revoked)
		logged := s.log.String()
		for name, text := range map[string]string{
			"a password": secret, "a new password": marker, "a token": ada.token, "a token's signature": ada.token[len(ada.token)-20:],
			"a hash": "argon2id", "a key": "PRIVATE",
		} {
			if strings.Contains(logged, text) {
				t.Errorf("the log has %s", name)
			}
		}
		for line := range strings.Lines(logged) {
			if !json.Valid([]byte(line)) {
				t.Errorf("not a structured line: %s", line)
			}
		}
	})
}

func quote(t testing.TB, s string) string {
	t.Helper()
	var text bytes.Buffer
	if err := json.NewEncoder(&text).Encode(s); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

package graph

import (
	"cmp"
	"encoding/json"
	"strings"
	"testing"
)

// What stands where a value stands is someone's password, perhaps: hunter2-SECRET, hunter2_SECRET where the grammar wants a
// name, 42424242 where it wants a number.
var valuesInTheWrongPlace = []struct {
	name, query, variables, operationName, code string
}{
	// literals
	{name: "text for an enum", query: `mutation { logout(scope: "hunter2-SECRET") { endedSessionIds } }`},
	{name: "a number for an enum", query: `mutation { logout(scope: 42424242) { endedSessionIds } }`},
	{name: "an unknown value of an enum", query: `mutation { logout(scope: hunter2_SECRET) { endedSessionIds } }`},
	{name: "an object for an enum", query: `mutation { logout(scope: {a: "hunter2-SECRET"}) { endedSessionIds } }`},
	{name: "a list for an enum", query: `mutation { logout(scope: ["hunter2-SECRET"]) { endedSessionIds } }`},
	{name: "a number for a text", query: `mutation { login(input: {identifier: "a", password: 42424242}) { expiresIn } }`},
	{name: "a float for a text", query: `mutation { login(input: {identifier: "a", password: 42424242.5}) { expiresIn } }`},
	{name: "a name for a text", query: `mutation { login(input: {identifier: "a", password: hunter2_SECRET}) { expiresIn } }`},
	{name: "a list for a text", query: `mutation { login(input: {identifier: "a", password: ["hunter2-SECRET"]}) { expiresIn } }`},
	{name: "an object for a text", query: `mutation { login(input: {identifier: "a", password: {a: "hunter2-SECRET"}}) { expiresIn } }`},
	{name: "text for an input object", query: `mutation { login(input: "hunter2-SECRET") { expiresIn } }`},
	{name: "a block string for an input object", query: `mutation { login(input: """hunter2-SECRET""") { expiresIn } }`},
	{name: "a number for an input object", query: `mutation { login(input: 42424242) { expiresIn } }`},
	{name: "a list for an input object", query: `mutation { login(input: ["hunter2-SECRET"]) { expiresIn } }`},
	{name: "a value for a field nobody knows", query: `mutation { login(input: {identifier: "a", password: "hunter2-SECRET", x: "hunter2-SECRET"}) { expiresIn } }`},
	{name: "a value beside a missing field", query: `mutation { login(input: {password: "hunter2-SECRET"}) { expiresIn } }`},
	{name: "a value beside a null", query: `mutation { login(input: {identifier: null, password: "hunter2-SECRET"}) { expiresIn } }`},
	{name: "a value that is given twice", query: `mutation { login(input: {identifier: "a", password: "hunter2-SECRET", password: "hunter2-SECRET"}) { expiresIn } }`},
	{name: "a name for an id", query: `{ node(id: hunter2_SECRET) { id } }`},
	{name: "an object for an id", query: `{ node(id: {a: "hunter2-SECRET"}) { id } }`},
	{name: "text for a condition", query: `{ __typename @include(if: "hunter2-SECRET") }`},
	{name: "a name for a condition", query: `{ __typename @skip(if: hunter2_SECRET) }`},
	{name: "a directive's argument nobody knows", query: `{ __typename @skip(if: true, x: "hunter2-SECRET") }`},
	{name: "a directive nobody knows", query: `{ __typename @unknown(x: "hunter2-SECRET") }`},
	{name: "an argument nobody knows", query: `{ me(x: "hunter2-SECRET") { id } }`},
	{name: "an argument of a field nobody knows", query: `{ unknown(x: "hunter2-SECRET") { id } }`},
	{name: "a missing argument beside another", query: `{ validateToken(x: "hunter2-SECRET") { active } }`},
	{name: "an argument given twice", query: `{ validateToken(token: "hunter2-SECRET", token: "hunter2-SECRET") { active } }`},
	{name: "fields that can't be merged", query: `{ validateToken(token: "hunter2-SECRET") { active } validateToken(token: "x") { active } }`},
	{name: "no fields", query: `{ validateToken(token: "hunter2-SECRET") }`},
	{name: "fields of what has none", query: `{ validateToken(token: "hunter2-SECRET") { active { id } } }`},
	{name: "a default of another type", query: `query ($x: Int = "hunter2-SECRET") { validateToken(token: $x) { active } }`},
	{name: "a default that is no value of the enum", query: `mutation ($x: LogoutScope = hunter2_SECRET) { logout(scope: $x) { endedSessionIds } }`},
	{name: "a default with a field nobody knows", query: `mutation ($x: LoginInput! = {identifier: "a", password: "hunter2-SECRET", x: "hunter2-SECRET"}) { login(input: $x) { expiresIn } }`},
	{name: "a variable nobody uses", query: `query ($x: String = "hunter2-SECRET") { __typename }`},
	{name: "a variable nobody defined", query: `{ validateToken(token: $x) { active } }`, variables: `{"x":"hunter2-SECRET"}`},
	{name: "a variable of an unknown type", query: `query ($x: Unknown = "hunter2-SECRET") { validateToken(token: $x) { active } }`, variables: `{"x":"hunter2-SECRET"}`},
	{name: "a variable of a type that is no input", query: `query ($x: User = "hunter2-SECRET") { validateToken(token: $x) { active } }`, variables: `{"x":"hunter2-SECRET"}`},
	{name: "a variable in another type's place", query: `query ($x: Int) { validateToken(token: $x) { active } }`, variables: `{"x":"hunter2-SECRET"}`},
	{name: "a fragment on another type", query: `{ validateToken(token: "hunter2-SECRET") { ... on User { id } } }`},
	{name: "two anonymous operations", query: `{ validateToken(token: "hunter2-SECRET") { active } } { validateToken(token: "hunter2-SECRET") { active } }`},
	{name: "no operation", query: `fragment x on Query { validateToken(token: "hunter2-SECRET") { active } }`},
	{name: "a subscription", query: `subscription { validateToken(token: "hunter2-SECRET") { active } }`},

	// variables
	{name: "text for an input object in a variable", query: loginDocument, variables: `{"input":"hunter2-SECRET"}`},
	{name: "a number for an input object in a variable", query: loginDocument, variables: `{"input":42424242}`},
	{name: "a list for an input object in a variable", query: loginDocument, variables: `{"input":["hunter2-SECRET"]}`},
	{name: "a list for a text in a variable", query: loginDocument, variables: `{"input":{"identifier":"a","password":["hunter2-SECRET"]}}`},
	{name: "an object for a text in a variable", query: loginDocument, variables: `{"input":{"identifier":"a","password":{"hunter2-SECRET":"hunter2-SECRET"}}}`},
	{name: "a number for a text in a variable", query: loginDocument, variables: `{"input":{"identifier":"a","password":42424242}}`},
	{name: "a float for a text in a variable", query: loginDocument, variables: `{"input":{"identifier":"a","password":42424242.5}}`},
	{name: "a number for an enum in a variable", query: logoutDocument, variables: `{"scope":42424242}`},
	{name: "an unknown value of an enum in a variable", query: logoutDocument, variables: `{"scope":"hunter2-SECRET"}`},
	{name: "a float for an enum in a variable", query: logoutDocument, variables: `{"scope":42424242.5}`},
	{name: "a list for an enum in a variable", query: logoutDocument, variables: `{"scope":["hunter2-SECRET"]}`},
	{name: "an object for an enum in a variable", query: logoutDocument, variables: `{"scope":{"hunter2-SECRET":"hunter2-SECRET"}}`},
	{name: "a field nobody knows in a variable", query: loginDocument, variables: `{"input":{"identifier":"a","password":"hunter2-SECRET","x":"hunter2-SECRET"}}`},
	{name: "a password for a field's name", query: loginDocument, variables: `{"input":{"identifier":"a","hunter2-SECRET":"password"}}`},
	{name: "a password for a field's name, with a bracket", query: loginDocument, variables: `{"input":{"identifier":"a","hunter2-SECRET[":"password"}}`},
	{name: "a missing field beside a variable's other", query: loginDocument, variables: `{"input":{"password":"hunter2-SECRET"}}`},
	{name: "a null beside a variable's other", query: loginDocument, variables: `{"input":{"identifier":null,"password":"hunter2-SECRET"}}`},
	{name: "text for a condition in a variable", query: `query ($x: Boolean!) { __typename @include(if: $x) }`, variables: `{"x":"hunter2-SECRET"}`},
	{name: "text for a number in a variable", query: `query ($x: Int!, $t: String!) { validateToken(token: $t) { active } __type(name: $t) { name @skip(if: $x) } }`, variables: `{"x":"hunter2-SECRET","t":"hunter2-SECRET"}`},
	{name: "an object for an id in a variable", query: `query ($x: ID!) { node(id: $x) { id } }`, variables: `{"x":{"hunter2-SECRET":"hunter2-SECRET"}}`},
	{name: "a missing variable beside another", query: `query ($x: String!, $y: String!) { a: validateToken(token: $x) { active } b: validateToken(token: $y) { active } }`, variables: `{"x":"hunter2-SECRET"}`},

	// the name of the operation, and what is no document
	{name: "an operation that is not there", query: `query a { __typename }`, operationName: "hunter2-SECRET"},
	{name: "an operation that is not there, among two", query: `query a { __typename } query b { __typename }`, operationName: "hunter2-SECRET"},
	{name: "no word of it", query: `hunter2-SECRET`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "a name", query: `hunter2_SECRET`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "text after the document", query: `{ __typename } "hunter2-SECRET"`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "a text without an end", query: `{ validateToken(token: "hunter2-SECRET`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "a text that goes on in the next line", query: "{ validateToken(token: \"hunter2-SECRET\n\") { active } }", code: "GRAPHQL_PARSE_FAILED"},
	{name: "a block string without an end", query: `{ validateToken(token: """hunter2-SECRET`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "an escape that is none", query: `{ validateToken(token: "hunter2-SECRET\q") { active } }`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "an escape that is too short", query: `{ validateToken(token: "\uhunter2-SECRET") { active } }`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "another bracket", query: `{ validateToken(token: "hunter2-SECRET"] { active } }`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "a number with letters", query: `{ validateToken(token: 42424242hunter2_SECRET) { active } }`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "a number with a zero before it", query: `{ validateToken(token: 042424242) { active } }`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "quotes of another kind", query: `{ validateToken(token: 'hunter2-SECRET') { active } }`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "a colon that is missing", query: `{ validateToken(token "hunter2-SECRET") { active } }`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "a value in a field's place", query: `{ "hunter2-SECRET" }`, code: "GRAPHQL_PARSE_FAILED"},
	{name: "a value in a keyword's place", query: `hunter2_SECRET { me { id } }`, code: "GRAPHQL_PARSE_FAILED"},

	// documents that are fine
	{name: "the argument of a resolver that fails", query: `mutation { login(input: {identifier: "hunter2-SECRET", password: "hunter2-SECRET"}) { expiresIn } }`, code: "INTERNAL"},
	{name: "the variable of a resolver that fails", query: loginDocument, variables: `{"input":{"identifier":"hunter2-SECRET","password":"hunter2-SECRET"}}`, code: "INTERNAL"},
	{name: "an address that is none", query: `mutation { signup(input: {email: "hunter2-SECRET", password: "correct horse 42424242"}) { expiresIn } }`, code: "BAD_USER_INPUT"},
	{name: "a password that everyone has", query: `mutation { signup(input: {email: "a@example.org", password: "42424242"}) { expiresIn } }`, code: "WEAK_PASSWORD"},
	{name: "a password that is the username", query: `mutation { signup(input: {username: "hunter2-secret", password: "hunter2-SECRET"}) { expiresIn } }`, code: "WEAK_PASSWORD"},
	{name: "an id that is none", query: `{ node(id: "hunter2-SECRET") { id } }`, code: "UNAUTHENTICATED"},
}

const (
	loginDocument  = `mutation ($input: LoginInput!) { login(input: $input) { expiresIn } }`
	logoutDocument = `mutation ($scope: LogoutScope!) { logout(scope: $scope) { endedSessionIds } }`
)

func TestNoErrorRepeatsAValue(t *testing.T) {
	t.Parallel()
	for _, c := range valuesInTheWrongPlace {
		r := request{Query: c.query, OperationName: c.operationName}
		if c.variables != "" {
			r.Variables = json.RawMessage(c.variables)
		}
		if !repeatsAValue(c.query + c.variables + c.operationName) {
			t.Fatalf("%s: there is no value in the request", c.name)
		}
		code := cmp.Or(c.code, "GRAPHQL_VALIDATION_FAILED")
		for state, introspection := range map[string]bool{"on": true, "off": false} { // each has its own messages
			t.Run(c.name+", introspection "+state, func(t *testing.T) {
				t.Parallel()
				h := newTestHandler(t, introspection)
				a := h.ask(t, r)
				if len(a.Errors) == 0 {
					t.Fatalf("no error: %s", a.body)
				}
				for _, e := range a.Errors {
					if e.Extensions["code"] != code || e.Message == "" {
						t.Errorf("code %v, message %q; want %s", e.Extensions["code"], e.Message, code)
					}
				}
				for where, text := range map[string]string{"the answer": a.body, "the log": h.log.String()} {
					if repeatsAValue(text) {
						t.Errorf("%s repeats the value: %s", where, text)
					}
				}
			})
		}
	}
}

func repeatsAValue(text string) bool {
	return strings.Contains(text, "hunter2") || strings.Contains(text, "SECRET") || strings.Contains(text, "424242")
}

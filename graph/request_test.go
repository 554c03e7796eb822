package graph

import (
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
)

type paramsCase struct {
	name, text string
	want       *graphql.RawParams // nil if it is refused
}

func checkParams(t *testing.T, parse func(string) (*graphql.RawParams, *refusal), cases []paramsCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, refused := parse(c.text)
			if (refused != nil) != (c.want == nil) || !reflect.DeepEqual(got, c.want) {
				t.Fatalf("got %+v, %+v; want %+v", got, refused, c.want)
			}
			if refused == nil {
				return
			}
			if refused.status != http.StatusBadRequest || refused.message == "" {
				t.Errorf("status %d, message %q", refused.status, refused.message)
			}
			if strings.Contains(refused.message, "hunter2") {
				t.Errorf("the message repeats what was sent: %s", refused.message)
			}
		})
	}
}

func TestParseParams(t *testing.T) {
	t.Parallel()
	query := func(text string) *graphql.RawParams { return &graphql.RawParams{Query: text} }
	variables := func(v map[string]any) *graphql.RawParams { return &graphql.RawParams{Query: "{me{id}}", Variables: v} }
	checkParams(t, func(text string) (*graphql.RawParams, *refusal) { return parseParams([]byte(text)) }, []paramsCase{
		{"a document", `{"query":"{me{id}}"}`, query("{me{id}}")},
		{"an empty document", `{"query":""}`, query("")},
		{"space around it", " \n{\"query\":\"{me{id}}\"}\r\n\t", query("{me{id}}")},
		{"everything", `{"query":"{me{id}}","operationName":"a","variables":{"b":"c"},"extensions":{"d":true}}`,
			&graphql.RawParams{Query: "{me{id}}", OperationName: "a", Variables: map[string]any{"b": "c"}, Extensions: map[string]any{"d": true}}},
		{"null for what is optional", `{"query":"{me{id}}","operationName":null,"variables":null,"extensions":null}`, query("{me{id}}")},
		{"members nobody knows", `{"query":"{me{id}}","id":7,"hunter2":{}}`, query("{me{id}}")},
		{"text that is not ASCII", `{"query":"# ä\u00f6 \ud83d\udd11"}`, query("# äö 🔑")},
		{"whole numbers without loss", `{"query":"{me{id}}","variables":{"a":9007199254740993,"b":-9223372036854775808}}`,
			variables(map[string]any{"a": int64(9007199254740993), "b": int64(math.MinInt64)})},
		{"other numbers", `{"query":"{me{id}}","variables":{"a":1.5,"b":9223372036854775808,"c":1e400,"d":1e2}}`,
			variables(map[string]any{"a": 1.5, "b": 9223372036854775808., "c": math.Inf(1), "d": 100.})},
		{"numbers inside of values", `{"query":"{me{id}}","variables":{"a":{"b":[1,{"c":2}]}}}`,
			variables(map[string]any{"a": map[string]any{"b": []any{int64(1), map[string]any{"c": int64(2)}}}})},

		{"nothing", "", nil},
		{"space", " ", nil},
		{"null", "null", nil},
		{"a list", `[{"query":"{me{id}}"}]`, nil},
		{"an empty list", "[]", nil},
		{"text", `"hunter2"`, nil},
		{"a document that is not JSON", "{ me { id } } # hunter2", nil},
		{"two objects", `{"query":"{me{id}}"}{"query":"hunter2"}`, nil},
		{"garbage after it", `{"query":"{me{id}}"}hunter2`, nil},
		{"a bracket after it", `{"query":"{me{id}}"}}`, nil},
		{"half of it", `{"query":"{me{id}}","variables":{"password":"hunter2`, nil},
		{"no query", `{"variables":{"password":"hunter2"}}`, nil},
		{"no member", `{}`, nil},
		{"null for the query", `{"query":null}`, nil},
		{"a number for the query", `{"query":7}`, nil},
		{"an object for the query", `{"query":{"hunter2":"hunter2"}}`, nil},
		{"a number for the operation name", `{"query":"{me{id}}","operationName":7}`, nil},
		{"text for the variables", `{"query":"{me{id}}","variables":"hunter2"}`, nil},
		{"a list for the variables", `{"query":"{me{id}}","variables":["hunter2"]}`, nil},
		{"text for the extensions", `{"query":"{me{id}}","extensions":"hunter2"}`, nil},
		{"invalid UTF-8 in a password", "{\"query\":\"{me{id}}\",\"variables\":{\"password\":\"hunter2\xff\"}}", nil},
		{"invalid UTF-8 after it", "{\"query\":\"{me{id}}\"}\xff", nil},
		{"a byte order mark", "\ufeff{\"query\":\"{me{id}}\"}", nil},
		{"UTF-16", "\xff\xfe{\x00}\x00", nil},
	})
}

func TestParseParamsNamesTheMemberThatIsWrong(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"query":7}`: "member query", `{"query":"","variables":7}`: "member variables",
		`{"query":"","operationName":7}`: "member operationName", `{"query":"","extensions":[]}`: "member extensions",
		`{}`: "member query", `[]`: "batches are not taken", `7`: "one JSON object",
	} {
		if _, refused := parseParams([]byte(body)); refused == nil || !strings.Contains(refused.message, want) {
			t.Errorf("%s: %+v, want %q", body, refused, want)
		}
	}
}

func TestParamsFromURL(t *testing.T) {
	t.Parallel()
	query := &graphql.RawParams{Query: "{me{id}}"}
	checkParams(t, paramsFromURL, []paramsCase{
		{"a document", "query=%7Bme%7Bid%7D%7D", query},
		{"an empty document", "query=", &graphql.RawParams{}},
		{"plus for space", "query=query+a%2Bb", &graphql.RawParams{Query: "query a+b"}},
		{"everything", url.Values{"query": {"{me{id}}"}, "operationName": {"a"}, "variables": {`{"b":7}`}, "extensions": {`{"c":null}`}}.Encode(),
			&graphql.RawParams{Query: "{me{id}}", OperationName: "a", Variables: map[string]any{"b": int64(7)}, Extensions: map[string]any{"c": nil}}},
		{"nothing for what is optional", "query={me{id}}&variables=&extensions=&operationName=", query},
		{"null for what is optional", "query={me{id}}&variables=null&extensions=null", query},
		{"parameters nobody knows", "query={me{id}}&hunter2=hunter2", query},
		{"whole numbers without loss", "query={me{id}}&variables=" + url.QueryEscape(`{"a":[9007199254740993]}`),
			&graphql.RawParams{Query: "{me{id}}", Variables: map[string]any{"a": []any{int64(9007199254740993)}}}},

		{"nothing", "", nil},
		{"no query", "variables={}", nil},
		{"a query in another case", "Query={me{id}}", nil},
		{"a list for the variables", `query={me{id}}&variables=["hunter2"]`, nil},
		{"text for the variables", `query={me{id}}&variables="hunter2"`, nil},
		{"variables that are not JSON", "query={me{id}}&variables=hunter2", nil},
		{"two values for the variables", "query={me{id}}&variables={}{}", nil},
		{"a list for the extensions", `query={me{id}}&extensions=["hunter2"]`, nil},
		{"an escape that is none", "query=%zzhunter2", nil},
		{"a semicolon", "query={me{id}};variables=hunter2", nil},
		{"invalid UTF-8 in the document", "query=hunter2%ff", nil},
		{"invalid UTF-8 in the variables", "query={me{id}}&variables=%7B%22a%22%3A%22hunter2%ff%22%7D", nil},
	})
}

func TestBearerToken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		values []string
		want   string
	}{
		{"no header", nil, ""},
		{"an empty header", []string{""}, ""},
		{"Bearer", []string{"Bearer abc.def.ghi"}, "abc.def.ghi"},
		{"bearer in lower case", []string{"bearer abc"}, "abc"},
		{"BEARER in capitals", []string{"BEARER abc"}, "abc"},
		{"JWT", []string{"JWT abc"}, "abc"},
		{"jwt in lower case", []string{"jwt abc"}, "abc"},
		{"spaces around", []string{"  Bearer   abc  "}, "abc"},
		{"a scheme and nothing", []string{"Bearer"}, ""},
		{"a scheme and a space", []string{"Bearer "}, ""},
		{"a token and no scheme", []string{"abc.def.ghi"}, ""},
		{"no space between", []string{"Bearerabc"}, ""},
		{"Basic", []string{"Basic YTpi"}, ""},
		{"Basic whose value is a token", []string{"Basic abc.def.ghi"}, ""},
		{"a comma after the scheme", []string{"Bearer, abc"}, ""},
		{"two words", []string{"Bearer abc def"}, "abc def"}, // which is no token
		{"Basic and then Bearer", []string{"Basic YTpi", "Bearer abc"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := bearerToken(http.Header{"Authorization": c.values}); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	t.Run("two headers are neither token", func(t *testing.T) {
		t.Parallel()
		switch got := bearerToken(http.Header{"Authorization": {"Bearer abc", "Bearer def"}}); got {
		case "", "abc", "def":
			t.Errorf("got %q, want what can't be a token", got)
		}
	})
}

func TestIsJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		contentType, encoding string
		want                  bool
	}{
		{"application/json", "", true},
		{"Application/JSON", "", true},
		{"application/json; charset=utf-8", "", true},
		{"application/json;charset=UTF-8", "", true},
		{`application/json; charset="utf-8"`, "", true},
		{"application/json; x=y", "", true},
		{"application/json", "gzip", false},
		{"application/json; charset=latin1", "", false},
		{"application/json; charset=", "", false},
		{"application/jsonx", "", false},
		{"application/json, text/plain", "", false},
		{"application/graphql-response+json", "", false},
		{"text/json", "", false},
		{"text/plain", "", false},
		{"application/x-www-form-urlencoded", "", false},
		{"", "", false},
	} {
		t.Run(c.contentType+" "+c.encoding, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Content-Type": {c.contentType}}
			if c.encoding != "" {
				header.Set("Content-Encoding", c.encoding)
			}
			if got := isJSON(header); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// maxAllocated is what a request may allocate, in bytes, until it is refused or executed: the promise of the limits.
const maxAllocated = 20 << 20

func repeat(n int, format string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(strings.ReplaceAll(format, "%d", fmt.Sprint(i)))
	}
	return all.String()
}

// nested is open, n times, then middle, then shut as often.
func nested(n int, open, middle, shut string) string {
	return strings.Repeat(open, n) + middle + strings.Repeat(shut, n)
}

func withQuery(query, variables string) string {
	text, err := json.Marshal(query)
	if err != nil {
		panic(err)
	}
	if variables != "" {
		return `{"query":` + string(text) + `,"variables":` + variables + `}`
	}
	return `{"query":` + string(text) + `}`
}

// costly are the worst requests that we could think of: each is as large as a limit allows, or goes beyond one where that costs
// more. n is how far it goes, of 100.
var costly = []struct {
	name string
	body func(n int) string
}{
	{"equal fields", func(n int) string { return withQuery("{"+strings.Repeat(" __typename", maxFields*n/100)+"}", "") }},
	{"equal fields, too many", func(n int) string { return withQuery("{"+strings.Repeat(" __typename", 1990*n/100)+"}", "") }},
	{"equal fields with fields", func(n int) string { return withQuery("{"+strings.Repeat(" me { id }", 490*n/100)+"}", "") }},
	{"equal fields with equal fields", func(n int) string {
		return withQuery("{"+strings.Repeat(" me {"+strings.Repeat(" id", 30)+"}", 30*n/100)+"}", "")
	}},
	{"equal fields at every level", func(n int) string {
		level := strings.Repeat(" ofType { name }", 10*n/100)
		return withQuery(`{ __type(name: "User") {`+nested(17, level+" ofType {", "name", "}")+"} }", "")
	}},
	{"equal fields of unlike objects", func(n int) string {
		return withQuery("{"+strings.Repeat(` node(id: "") { id ... on User { id } ... on Session { id } }`, 100*n/100)+"}", "")
	}},
	{"equal fields with equal objects", func(n int) string {
		return withQuery("{"+strings.Repeat(` users(filter: {text: "a", role: USER, disabled: true}) { totalCount }`, 100*n/100)+"}", "")
	}},
	{"equal lists", func(n int) string {
		return withQuery("mutation {"+strings.Repeat(` deleteUsers(ids: [`+strings.Repeat(`"",`, 150)+`]) { deletedUserIds }`, 12*n/100)+"}", "")
	}},
	{"one fragment spread often", func(n int) string {
		return withQuery("{"+strings.Repeat(" ...F", 950*n/100)+"} fragment F on Query { __typename }", "")
	}},
	{"many fragments, each spread once", func(n int) string {
		k := 49 * n / 100
		return withQuery("{"+repeat(k, " ...F%d")+"}"+repeat(k, " fragment F%d on Query { __typename }"), "")
	}},
	{"fragments that spread all later ones", func(n int) string {
		k, text := 36*n/100, "{ ...F0 }"
		for i := range k {
			text += fmt.Sprintf(" fragment F%d on Query { __typename", i)
			for j := i + 1; j < k; j++ {
				text += fmt.Sprintf(" ...F%d", j)
			}
			text += " }"
		}
		return withQuery(text, "")
	}},
	{"fragments that spread each other", func(n int) string {
		k := 28 * n / 100
		return withQuery("{ ...F0 }"+repeat(k, " fragment F%d on Query {"+strings.ReplaceAll(repeat(k, " ...F#%d"), "#", "")+" }"), "")
	}},
	{"long names of fragments that spread each other", func(n int) string {
		k, long := 28*n/100, strings.Repeat("x", 70)
		return withQuery("{ ...F"+long+"0 }"+repeat(k, " fragment F"+long+"%d on Query { __typename"+repeat(k, " ...F"+long+"%d")+" }"), "")
	}},
	{"a chain of fragments, too many", func(n int) string {
		var text strings.Builder
		for i := range 200 * n / 100 {
			fmt.Fprintf(&text, " fragment F%d on Query { __typename ...F%d }", i, i+1)
		}
		return withQuery("{ ...F0 }"+text.String()+fmt.Sprintf(" fragment F%d on Query { __typename }", 200*n/100), "")
	}},
	{"a chain of fragments with long lists at its end", func(n int) string {
		var text strings.Builder
		for i := range maxDefinitions - 2 {
			fmt.Fprintf(&text, " fragment F%d on Mutation { __typename ...F%d }", i, i+1)
		}
		return withQuery("mutation { ...F0 }"+text.String()+fmt.Sprintf(" fragment F%d on Mutation { deleteUsers(ids: [", maxDefinitions-2)+
			strings.Repeat(`"",`, 1480*n/100)+`]) { deletedUserIds } }`, "")
	}},
	{"operations that share a fragment with long lists", func(n int) string {
		return withQuery(repeat(maxDefinitions-1, " mutation M%d { ...F }")+" fragment F on Mutation { deleteUsers(ids: ["+
			strings.Repeat(`"",`, 1600*n/100)+"]) { deletedUserIds } }", "")
	}},
	{"operations that share fields", func(n int) string {
		return withQuery(repeat(maxDefinitions-1, " query Q%d { ...F }")+" fragment F on Query {"+strings.Repeat(" __typename", 20*n/100)+" }", "")
	}},
	{"operations, too many", func(n int) string { return withQuery(repeat(380*n/100, " query Q%d { me }"), "") }},
	{"aliases", func(n int) string { return withQuery("{ me {"+repeat(maxAliases*n/100, " a%d: id")+" } }", "") }},
	{"aliases, too many", func(n int) string { return withQuery("{ me {"+repeat(660*n/100, " a%d: id")+" } }", "") }},
	{"fields as deep as they may be", func(n int) string {
		return withQuery(`{ __type(name: "User") {`+nested(18*n/100, " ofType {", "name", "}")+"} }", "")
	}},
	{"fields, too deep", func(n int) string {
		return withQuery(`{ __type(name: "User") {`+nested(660*n/100, " ofType {", "name", "}")+"} }", "")
	}},
	{"inline fragments", func(n int) string { return withQuery("{"+strings.Repeat(" ... { __typename }", 490*n/100)+"}", "") }},
	{"inline fragments, too deep", func(n int) string { return withQuery("{"+nested(660*n/100, "...{", "__typename", "}")+"}", "") }},
	{"directives", func(n int) string {
		return withQuery("{"+strings.Repeat(" __typename @skip(if: true)", maxDirectives*n/100)+"}", "")
	}},
	{"directives, too many", func(n int) string { return withQuery("{ __typename"+strings.Repeat(" @a", 990*n/100)+"}", "") }},
	{"variables", func(n int) string {
		k := maxVariables * n / 100
		return withQuery("query ("+repeat(k, "$v%d: String,")+") { users("+repeat(k, "after: $v%d,")+") { totalCount } }", "")
	}},
	{"variables, too many", func(n int) string { return withQuery("query ("+repeat(490*n/100, "$v%d: Int,")+") { me { id } }", "") }},
	{"one variable, used often", func(n int) string {
		return withQuery("query ($v: String!) {"+strings.Repeat(" validateToken(token: $v) { active }", 180*n/100)+"}", `{"v":""}`)
	}},
	{"a large variable, used often", func(n int) string {
		return withQuery("query ($v: DateTime) {"+strings.Repeat(" users(filter: {createdAfter: $v}) { totalCount }", 120*n/100)+"}",
			`{"v":[`+strings.Repeat("["+strings.Repeat("0,", 98)+"0],", 2*n)[:198*2*n-1]+"]}")
	}},
	{"undefined variables in an operation with a long name", func(n int) string {
		return withQuery("query "+strings.Repeat("Q", 500*n)+"{"+strings.Repeat(" validateToken(token: $v) { active }", 180)+"}", "")
	}},
	{"a long text", func(n int) string {
		return withQuery(`{ validateToken(token: "`+strings.Repeat("x", 640*n)+`") { active } }`, "")
	}},
	{"a long text in another's place", func(n int) string {
		return withQuery(`query ($x: ErrorCode = "`+strings.Repeat("x", 640*n)+`") { me { id } }`, "")
	}},
	{"a long text of escapes", func(n int) string {
		return withQuery(`{ validateToken(token: "`+strings.Repeat(`\u0041`, 90*n)+`") { active } }`, "")
	}},
	{"a long block of lines", func(n int) string {
		return withQuery(`{ validateToken(token: """`+strings.Repeat("\n", 300*n)+`""") { active } }`, "")
	}},
	{"a text that does not end", func(n int) string { return withQuery(`{ me { id } } "`+strings.Repeat("x", 640*n), "") }},
	{"a long comment", func(n int) string { return withQuery("{ me { id } } #"+strings.Repeat("x", 640*n), "") }},
	{"comments", func(n int) string { return withQuery("{ me { id } }"+strings.Repeat("#\n", 1990*n/100), "") }},
	{"blanks", func(n int) string { return withQuery(strings.Repeat(",", 640*n)+"{ me { id } }", "") }},
	{"a long unknown name", func(n int) string { return withQuery("{ "+strings.Repeat("x", 640*n)+" }", "") }},
	{"a long unknown type", func(n int) string {
		return withQuery("{ ...F } fragment F on "+strings.Repeat("x", 40*n)+" { me }", "")
	}},
	{"unknown names", func(n int) string { return withQuery("{"+strings.Repeat(" nobody", 1000*n/100)+"}", "") }},
	{"unknown types", func(n int) string {
		k := 49 * n / 100
		return withQuery("{"+repeat(k, " ...F%d")+"}"+repeat(k, " fragment F%d on Usr { __typename }"), "")
	}},
	{"values as deep as they may be", func(n int) string {
		deep := nested(maxValueDepth, "[", strings.Repeat("9", 640*n), "]")
		return withQuery("query ($v: "+nested(maxValueDepth, "[", "Int", "]")+" = "+deep+") { me { id } }", "")
	}},
	{"values, too deep, in a fragment's second definition", func(n int) string {
		return withQuery("{ ...F } fragment F on Query { me { id } } fragment F on Query { me(x: "+nested(950*n/100, "[", strings.Repeat("9", 300*n), "]")+") { id } }", "")
	}},
	{"values, too deep", func(n int) string {
		return withQuery("{ users(filter: "+nested(950*n/100, "[", "1", "]")+") { totalCount } }", "")
	}},
	{"types, too deep", func(n int) string {
		return withQuery("query ($v: "+nested(950*n/100, "[", "Int", "]")+") { me { id } }", "")
	}},
	{"values in another's place", func(n int) string {
		return withQuery("{ node(id: ["+strings.Repeat("A ", 1900*n/100)+"]) { id } }", "")
	}},
	{"the introspection query", func(int) string { return withQuery(graphiQLIntrospection, "") }},
	{"a batch", func(n int) string { return "[" + strings.Repeat(`{"query":"{me}"},`, 37*n) + "{}]" }},
	{"lists in lists in JSON", func(n int) string {
		return withQuery("{ me { id } }", `{"v":`+nested(320*n, "[", "", "]")+"}")
	}},
	{"lists in lists in JSON, as deep as the decoder goes", func(n int) string {
		return withQuery("{ me { id } }", `{"v":`+nested(99*n, "[", "", "]")+"}")
	}},
	{"objects in objects in JSON", func(n int) string {
		return withQuery("{ me { id } }", `{"v":`+nested(99*n, `{"":`, "0", "}")+"}")
	}},
	{"lists beside lists in JSON", func(n int) string {
		return withQuery("{ me { id } }", `{"v":[`+strings.Repeat("[],", 213*n)+"0]}")
	}},
	{"objects beside objects in JSON", func(n int) string {
		return withQuery("{ me { id } }", `{"v":[`+strings.Repeat("{},", 213*n)+"0]}")
	}},
	{"small objects in JSON", func(n int) string {
		return withQuery("{ me { id } }", `{"v":[`+strings.Repeat(`{"":0},`, 91*n)+"0]}")
	}},
	{"numbers in JSON", func(n int) string {
		return withQuery("{ me { id } }", `{"v":[`+strings.Repeat("0,", 320*n)+"0]}")
	}},
	{"long numbers in JSON", func(n int) string {
		return withQuery("{ me { id } }", `{"v":[`+strings.Repeat("1."+strings.Repeat("7", 780)+"e-300,", 80*n/100)+"0]}")
	}},
	{"variables that no document has", func(n int) string { return withQuery("{ me { id } }", "{"+repeat(65*n, `"%d":0,`)+`"x":0}`) }},
	{"objects in extensions", func(n int) string {
		return `{"query":"{ me { id } }","extensions":{"v":` + nested(99*n, `{"":`, "0", "}") + "}}"
	}},
	{"a key that is no name", func(n int) string {
		return withQuery(loginDocument, `{"input":{"`+strings.Repeat("x[", 320*n)+`":""}}`)
	}},
	{"a long key", func(n int) string { return withQuery(loginDocument, `{"input":{"`+strings.Repeat("x", 640*n)+`":""}}`) }},
	{"a long list in a variable", func(n int) string {
		return withQuery("mutation ($ids: [ID!]!) { deleteUsers(ids: $ids) { deletedUserIds } }", `{"ids":[`+strings.Repeat(`"",`, 213*n)+`""]}`)
	}},
	{"a body that is too large", func(n int) string { return withQuery("{ me { id } }"+strings.Repeat(" ", 10_000*n), "") }},
}

// graphiQLIntrospection is graphql-js's getIntrospectionQuery with all options that are no experiments.
var graphiQLIntrospection = `query IntrospectionQuery {
	__schema { description queryType { name kind } mutationType { name kind } subscriptionType { name kind } types { ...FullType }
		directives { name description isRepeatable locations
			args(includeDeprecated: true) { ...InputValue } } }
	}
	fragment FullType on __Type { kind name description specifiedByURL isOneOf
		fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
		inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
		enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
	fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
	fragment TypeRef on __Type { kind name ` + nested(9, "ofType { name kind ", "", "}") + " }"

// beforeExecution is a handler that answers where it would execute an operation, and forgets documents at once.
func beforeExecution(t testing.TB) func(body string) *httptest.ResponseRecorder {
	h := newTestHandler(t, true)
	h.graph.exec.AroundOperations(func(context.Context, graphql.OperationHandler) graphql.ResponseHandler {
		return graphql.OneShot(&graphql.Response{Data: json.RawMessage(`{}`)})
	})
	schema := h.graph.documents.schema
	return func(body string) *httptest.ResponseRecorder {
		h.graph.documents = newDocuments(schema, true)
		r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader([]byte(body)))
		r.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, r)
		return recorder
	}
}

// allocated is how much f allocates, in bytes, while nothing else runs.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// What is allocated stands for the work too: it grows with it, and is the same on every machine.
func TestNoRequestCostsMoreThanTheLimitsAllow(t *testing.T) { //nolint:paralleltest // it measures
	send := beforeExecution(t)
	send(costly[0].body(100)) // what is made once
	for _, c := range costly {
		t.Run(c.name, func(t *testing.T) {
			whole, half := c.body(100), c.body(50)
			costOfWhole := allocated(func() { send(whole) })
			costOfHalf := allocated(func() { send(half) })
			if costOfWhole > maxAllocated {
				t.Errorf("%d bytes cost %d", len(whole), costOfWhole)
			}
			for range 2 { // what else the process does is counted too
				if costOfWhole > 3*costOfHalf+200_000 {
					costOfWhole, costOfHalf = allocated(func() { send(whole) }), allocated(func() { send(half) })
				}
			}
			if costOfWhole > 3*costOfHalf+200_000 {
				t.Errorf("%d bytes cost %d, and half as many %d", len(whole), costOfWhole, costOfHalf)
			}
		})
	}
}

// BenchmarkCostlyRequests takes the worst requests from their arrival until they are refused or would be executed. cpu-ms is what all
// cores worked for one, the garbage collector's work for it included.
func BenchmarkCostlyRequests(b *testing.B) {
	send := beforeExecution(b)
	for _, c := range costly {
		body := c.body(100)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			before := worked()
			for b.Loop() {
				send(body)
			}
			b.ReportMetric((worked()-before).Seconds()*1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// worked is the processor time that this process has taken.
func worked() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

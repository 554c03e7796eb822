package graph

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/auth"
	"latchkey/internal/testdb"
	"latchkey/internal/throttle"
)

func TestDirectAnswersAreThoseOfGqlgen(t *testing.T) {
	t.Parallel()
	db := testdb.OpenMigrated(t, testdb.SQLite(t))
	h := newTestHandlerOn(t, db, true, time.Minute)
	full, bare := h.caller(t, db, "ada", true), h.caller(t, db, "grace", false)
	err := db.Tx(t.Context(), func(tx *ent.Tx) error {
		return tx.User.UpdateOneID(uuid.FromStringOrNil(full.id)).SetName("A \"da\" \\ \x00\x1f\n\t é 👩🏽‍🚀 </script>").SetEmail("ada@example.org").Exec(t.Context())
	})
	if err != nil {
		t.Fatal(err)
	}
	tokens := []string{full.accessToken, bare.accessToken, "", "made up"}
	random := rand.New(rand.NewPCG(7, 7)) // the same in each run
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	for range 1000 {
		token, root, variable, selection := pick(tokens...), "me", "", anySelection(random, userParts, 3)
		switch random.IntN(3) {
		case 0:
			root, selection = `validateToken(token: "`+token+`")`, anySelection(random, tokenStatusParts, 3)
		case 1:
			root, selection = "validateToken(token: $token)", anySelection(random, tokenStatusParts, 3)
			variable = pick("$token: String!", "$token: String! = \"made up\"")
		}
		root = pick("", "a: ", "data: ", "errors: ") + root
		bearer := pick(tokens...)
		got, want := h.bothWays(t, func(more string) request {
			return request{Query: fmt.Sprintf(`query($yes: Boolean! = true, $no: Boolean! = false %s) {
				%s { %s a1: __typename @include(if: $yes) a2: __typename @skip(if: $no) } %s
			}`, variable, root, selection, more), Variables: json.RawMessage(`{"token":"` + token + `"}`), bearer: bearer}
		})
		if got != want {
			t.Fatalf("%s { %s }\ngot  %s\nwant %s", root, selection, got, want)
		}
	}
}

// bothWays asks for one field alone, and then with another one beside it at the top, which makes gqlgen answer: the same but for that
// field.
func (h *testHandler) bothWays(t testing.TB, with func(more string) request) (alone, byGqlgen string) {
	t.Helper()
	return h.ask(t, with("")).body, strings.Replace(h.ask(t, with("x: __typename")).body, `,"x":"Query"}`, "}", 1)
}

// parts are what selections of a type are made of.
type parts struct {
	name           string
	fields, others []string
}

var (
	userParts = parts{
		name: "User", fields: []string{"id", "email", "username", "name", "role", "disabled", "createdAt", "updatedAt", "__typename"},
		others: []string{"sessions { id current }", "sessions { __typename }", "... on Node { id __typename }"},
	}
	tokenStatusParts = parts{
		name: "TokenStatus", fields: []string{"active", "reason", "userId", "sessionId", "expiresAt", "__typename"},
		others: []string{"... { __typename }"},
	}
)

// anySelection is one with fragments as deep as that, and with directives.
func anySelection(random *rand.Rand, of parts, depth int) string {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	var all []string
	for range 1 + random.IntN(5) {
		condition := pick("", "", "", " @include(if: $yes)", " @include(if: $no)", " @skip(if: true)", " @skip(if: $no)")
		field := pick(of.fields...)
		switch below := random.IntN(12); {
		case below == 0:
			all = append(all, pick(of.others...))
		case below < 3 && depth > 0:
			all = append(all, pick("... on "+of.name, "...")+condition+" { "+anySelection(random, of, depth-1)+" }")
		case below < 7:
			all = append(all, pick("of_", "x", "_", "y_")+field+": "+field+condition)
		default:
			all = append(all, field+condition)
		}
	}
	return strings.Join(all, " ")
}

// A token that is refused too often is the error that validateToken has while the server is well.
func TestDirectErrorsAreThoseOfGqlgen(t *testing.T) {
	t.Parallel()
	limited := func() *testHandler {
		tries, err := throttle.New(throttle.Config{Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = tries.Close() })
		h := newThrottledHandler(t, testdb.OpenMigrated(t, testdb.SQLite(t)), true, time.Minute, tries)
		for range 1000 {
			h.ask(t, request{Query: `{ validateToken(token: "made up") { active } }`})
		}
		return h
	}
	const query = `{ a: validateToken(token: "made up") { reason } %s }`
	got := limited().ask(t, request{Query: fmt.Sprintf(query, "")})
	want := limited().ask(t, request{Query: fmt.Sprintf(query, "x: __typename")})
	got.refused(t, "RATE_LIMITED")
	if after := "Retry-After"; got.body != want.body || got.header.Get(after) != want.header.Get(after) || got.header.Get(after) == "" {
		t.Errorf("got  %s, %s\nwant %s, %s", got.body, got.header, want.body, want.header)
	}
}

// What is answered directly must be, or it would be slow and nobody would notice.
func TestWhatIsAnsweredDirectly(t *testing.T) {
	t.Parallel()
	db := testdb.OpenMigrated(t, testdb.SQLite(t))
	h := newTestHandlerOn(t, db, true, time.Minute)
	token := h.caller(t, db, "ada", false).accessToken
	for query, want := range map[string]bool{
		"{ me { id email name createdAt } }":                                                                      true,
		"query Named { you: me { a: id a: id ...F } } fragment F on Node { id }":                                  true,
		"query($no: Boolean = false) { me { id @skip(if: $no) ... { role } } }":                                   true,
		"query($t: String!) { validateToken(token: $t) { active reason userId sessionId expiresAt __typename } }": true,
		`{ ok: validateToken(token: "made up") { active } }`:                                                      true,
		"{ me { sessions { id } } }":                                                                              false,
		"{ me { id } x: __typename }":                                                                             false,
		"query($no: Boolean = false) { me @skip(if: $no) { id } }":                                                false,
		"{ ...Q } fragment Q on Query { me { id } }":                                                              false,
		"mutation { logout { endedSessionIds } }":                                                                 false,
	} {
		request := &auth.Request{AccessToken: token}
		ctx := h.graph.auth.WithRequest(graphql.StartOperationTrace(t.Context()), request)
		operation, errs := h.graph.prepare(ctx, &graphql.RawParams{Query: query, Variables: map[string]any{"t": token}})
		if errs != nil {
			t.Fatal(query, errs)
		}
		if got := h.graph.direct(ctx, operation) != nil; got != want {
			t.Errorf("%s: answered directly is %v, want %v", query, got, want)
		}
	}
}

// Directives and resolvers are gqlgen's: a field that gets one must not be answered without it.
func TestFieldsThatAreAnsweredDirectlyHaveNoDirectiveAndNoArgument(t *testing.T) {
	t.Parallel()
	schema := loadSchema(t)
	plain := func(object string, names []string) {
		for _, name := range names {
			if name == "__typename" {
				continue
			}
			field := schema.Types[object].Fields.ForName(name)
			if field == nil || len(field.Directives) > 0 || len(field.Arguments) > 0 {
				t.Errorf("%s.%s is not plain any more", object, name)
			}
		}
	}
	plain("User", slices.Collect(maps.Keys(userFields)))
	plain("TokenStatus", slices.Collect(maps.Keys(tokenStatusFields)))
	if me := schema.Query.Fields.ForName("me"); len(me.Directives) != 1 || me.Directives[0].Name != "authenticated" {
		t.Errorf("me has the directives %v, and direct keeps @authenticated only", me.Directives)
	}
	if validate := schema.Query.Fields.ForName("validateToken"); len(validate.Directives) > 0 {
		t.Errorf("validateToken has the directives %v, and direct keeps none", validate.Directives)
	}
	resolvers := reflect.TypeFor[UserResolver]()
	for i := range resolvers.NumMethod() {
		name := resolvers.Method(i).Name
		if userFields[strings.ToLower(name[:1])+name[1:]] != nil {
			t.Errorf("User.%s has a resolver", name)
		}
	}
}

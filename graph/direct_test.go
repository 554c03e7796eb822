package graph

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
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
	random := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // the same in each run
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
	if got.body != want.body {
		t.Errorf("got  %s\nwant %s", got.body, want.body)
	}
}

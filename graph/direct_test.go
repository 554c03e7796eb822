package graph

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/testdb"
)

// A second field at the top makes gqlgen answer, and its answer is the same but for that field.
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
	random := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // the same in each run
	for range 500 {
		selection := anySelection(random, 3)
		root := []string{"me", "who: me", "data: me", "errors: me"}[random.IntN(4)]
		bearer := []string{full.accessToken, bare.accessToken, "", "made up"}[min(random.IntN(8), 3)]
		ask := func(more string) string {
			return h.ask(t, request{Query: fmt.Sprintf(`query($yes: Boolean! = true, $no: Boolean! = false) {
				%s { %s a1: __typename @include(if: $yes) a2: id @skip(if: $no) ...Named } %s
			} fragment Named on User { name email }`, root, selection, more), bearer: bearer}).body
		}
		got, want := ask(""), strings.Replace(ask("x: __typename"), `,"x":"Query"}`, "}", 1)
		if got != want {
			t.Fatalf("%s { %s }\ngot  %s\nwant %s", root, selection, got, want)
		}
	}
}

// anySelection is one of a User, with fragments and directives as deep as that.
func anySelection(random *rand.Rand, depth int) string {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	var all []string
	for range 1 + random.IntN(5) {
		condition := pick("", "", "", " @include(if: $yes)", " @include(if: $no)", " @skip(if: true)", " @skip(if: $no)")
		field := pick("id", "email", "username", "name", "role", "disabled", "createdAt", "updatedAt", "__typename")
		switch below := random.IntN(12); {
		case below == 0:
			all = append(all, pick("sessions { id current }", "sessions { __typename }")+condition)
		case below < 3 && depth > 0:
			all = append(all, pick("... on User", "...")+condition+" { "+anySelection(random, depth-1)+" }")
		case below == 3:
			all = append(all, "... on Node"+condition+" { id __typename }")
		case below < 7:
			all = append(all, pick("of_", "x", "_", "__")+field+": "+field+condition)
		default:
			all = append(all, field+condition)
		}
	}
	return strings.Join(all, " ")
}

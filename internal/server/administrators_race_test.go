package server_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/lock"
	"latchkey/ent/user"
	"latchkey/internal/testdb"
)

// gated is a server whose statements a test sees, beside others on the same MariaDB.
type gated struct {
	*testServer
	gate *testdb.Gate
}

func startGated(t testing.TB, databaseURL, keys string) *gated {
	t.Helper()
	gate := testdb.NewGate(t, databaseURL)
	gate.Open()
	c := defaults(t, gate.URL)
	c.KeysDir = keys
	return &gated{startWith(t, c), gate}
}

// whileLocked keeps the servers from changing anything about administrators until each has sent its first change, and then
// makes a change of its own ahead of them. All that they have read before is outdated by then.
func whileLocked(t *testing.T, db *ent.Client, ahead func(ctx context.Context, tx *ent.Tx) error, requests map[*gated]func()) {
	t.Helper()
	tx, err := db.Tx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	if err := tx.Lock.Update().Where(lock.ID("administrators")).AddVersion(1).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	var waiting, all sync.WaitGroup
	for server, request := range requests {
		waiting.Add(1)
		server.gate.CallAt("UPDATE `", waiting.Done)
		all.Go(request)
	}
	waiting.Wait()
	if ahead != nil {
		err = ahead(t.Context(), tx)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		t.Fatal(err)
	}
	all.Wait()
}

// ways are those in which an administrator makes administrators fewer.
func ways(me, other member) []struct {
	name, query string
	variables   vars
} {
	return []struct {
		name, query string
		variables   vars
	}{
		{"steps down", administer, input(vars{"role": "USER"})},
		{"disables oneself", administer, input(vars{"id": me.id, "disabled": true})},
		{"leaves", remove, input(vars{"currentPassword": secret})},
		{"demotes the other", administer, input(vars{"id": other.id, "role": "USER"})},
		{"disables the other", administer, input(vars{"id": other.id, "disabled": true})},
		{"deletes the other", remove, input(vars{"id": other.id})},
		{"deletes others", deleteUsers, vars{"ids": []string{other.id}}},
	}
}

func TestOneOfTwoAdministratorsStaysWhateverTheyDoAtOnceOnTwoServers(t *testing.T) {
	t.Parallel()
	database := testdb.MariaDB(t)
	one := startGated(t, database, t.TempDir()+"/keys")
	two := startGated(t, database, one.config.KeysDir)
	db := testdb.Open(t, database)
	for i, first := range ways(member{}, member{}) {
		for _, j := range []int{i, (i + 1) % 7, (i + 3) % 7} { // each with itself and with some others
			name := fmt.Sprintf("%s, %s", first.name, ways(member{}, member{})[j].name)
			ada, bob := one.joinAdmin(t, "ada@example.org"), two.joinAdmin(t, "bob@example.org")
			var answers [2]*answer
			whileLocked(t, db.Read, nil, map[*gated]func(){
				one: func() { way := ways(ada, bob)[i]; answers[0] = one.ask(t, ada.token, way.query, way.variables) },
				two: func() { way := ways(bob, ada)[j]; answers[1] = two.ask(t, bob.token, way.query, way.variables) },
			})
			done := 0
			for n, a := range answers {
				other := ways(member{}, member{})[[]int{j, i}[n]].name
				switch {
				case len(a.Errors) == 0:
					done++
				case a.Errors[0].Extensions["code"] == last:
					a.refused(t, last)
				case a.Errors[0].Extensions["code"] == "NOT_FOUND" && other == "leaves": // and has left before
					a.refused(t, "NOT_FOUND")
				default: // the other one was first
					a.refused(t, revoked)
				}
			}
			left := db.Read.User.Query().Where(user.RoleEQ(user.RoleADMIN), user.Disabled(false)).CountX(t.Context())
			if done == 0 || left != 1 { // who has stepped down may be disabled then
				t.Errorf("%s: %d administrators are left, %d were answered: %s %s", name, left, done, answers[0].body, answers[1].body)
			}
			one.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error { // for the next two
				_, err := tx.User.Delete().Exec(ctx)
				return err
			})
		}
	}
}

func TestAdministratorsWhoLoseTheRoleWhileTheirRequestWaitsAreRefused(t *testing.T) {
	t.Parallel()
	database := testdb.MariaDB(t)
	s := startGated(t, database, t.TempDir()+"/keys")
	db := testdb.Open(t, database)
	ada, bob := s.join(t, "ada@example.org"), s.joinAdmin(t, "bob@example.org")
	for i, way := range ways(ada, bob) {
		s.promote(t, ada.id)
		ada.token = s.login(t, "ada@example.org", secret)
		var got *answer
		whileLocked(t, db.Read, func(ctx context.Context, tx *ent.Tx) error {
			return tx.User.UpdateOneID(uuid.FromStringOrNil(ada.id)).SetRole(user.RoleUSER).AddCredentialVersion(1).Exec(ctx)
		}, map[*gated]func(){s: func() { way := ways(ada, bob)[i]; got = s.ask(t, ada.token, way.query, way.variables) }})
		got.refused(t, revoked)
		if role := s.ask(t, bob.token, me, nil).ok(t).at(t, "me.role"); role != "ADMIN" {
			t.Errorf("%s: the other is %s", way.name, role)
		}
	}
}

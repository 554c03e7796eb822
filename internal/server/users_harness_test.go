package server_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
)

const (
	usersPage = `query ($first: Int, $after: String, $filter: UserFilter) { users(first: $first, after: $after, filter: $filter) {
		edges { cursor node { id email } } nodes { id email } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`
	oneUser     = `query ($id: ID!) { user(id: $id) { id email username name role disabled sessions { id current } } }`
	deleteUsers = `mutation ($ids: [ID!]!) { deleteUsers(ids: $ids) { deletedUserIds } }`
	administer  = `mutation ($input: UpdateUserInput!) { updateUser(input: $input) {
		user { id email username name role disabled updatedAt } auth { accessToken } } }`
	forbidden = "FORBIDDEN"
	last      = "LAST_ADMINISTRATOR"
)

// joinAdmin signs an administrator up.
func (s *testServer) joinAdmin(t testing.TB, email string) member {
	t.Helper()
	admin := s.join(t, email)
	s.promote(t, admin.id)
	return admin
}

// addUsers makes accounts behind the server's back, one a millisecond, and returns their ids, the newest first. describe says
// what is special about each; nil for nothing.
func (s *testServer) addUsers(t testing.TB, count int, describe func(i int, u *ent.UserCreate)) []string {
	t.Helper()
	var ids []string
	s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
		var rows []*ent.UserCreate
		generator := uuid.NewGen() // that of the package is everyone's, and does not go back to this server's time
		for i := range count {
			s.clock.Advance(time.Millisecond)
			now := s.clock.Now()
			id, err := generator.NewV7AtTime(now)
			if err != nil {
				return err
			}
			ids = append(ids, id.String())
			row := tx.User.Create().SetID(id).SetPasswordHash("none").SetCreatedAt(now).SetUpdatedAt(now)
			if describe != nil {
				describe(i, row)
			} else {
				row.SetUsername(fmt.Sprintf("added-%d-%d", now.UnixMilli(), i))
			}
			rows = append(rows, row)
		}
		s.clock.Advance(time.Millisecond)
		for chunk := range slices.Chunk(rows, 1000) {
			if err := tx.User.CreateBulk(chunk...).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	slices.Reverse(ids)
	return ids
}

// drop deletes accounts behind the server's back.
func (s *testServer) drop(t testing.TB, ids ...string) {
	t.Helper()
	s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
		for _, id := range ids {
			if err := tx.User.DeleteOneID(uuid.FromStringOrNil(id)).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// listed is what `users` answers.
type listed struct {
	ids, cursors      []string
	next, previous    bool
	start, end, total any
}

// users asks for a page, and checks what holds for every page.
func (s *testServer) users(t testing.TB, accessToken string, arguments vars) listed {
	t.Helper()
	a := s.ask(t, accessToken, usersPage, arguments).ok(t)
	connection := a.Data["users"].(map[string]any)
	info := connection["pageInfo"].(map[string]any)
	p := listed{
		next: info["hasNextPage"].(bool), previous: info["hasPreviousPage"].(bool),
		start: info["startCursor"], end: info["endCursor"], total: connection["totalCount"],
	}
	var nodes []any
	for _, edge := range connection["edges"].([]any) {
		edge := edge.(map[string]any)
		nodes = append(nodes, edge["node"])
		p.cursors = append(p.cursors, edge["cursor"].(string))
		p.ids = append(p.ids, edge["node"].(map[string]any)["id"].(string))
	}
	if fmt.Sprint(nodes) != fmt.Sprint(connection["nodes"]) {
		t.Errorf("the nodes are not those of the edges: %s", a.body)
	}
	var first, end any
	if len(p.cursors) > 0 {
		first, end = p.cursors[0], p.cursors[len(p.cursors)-1]
	}
	if p.start != first || p.end != end {
		t.Errorf("startCursor and endCursor are not those of the edges: %s", a.body)
	}
	return p
}

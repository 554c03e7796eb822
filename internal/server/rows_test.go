package server_test

import (
	"fmt"
	"testing"

	"latchkey/internal/testdb"
)

// unchanged returns a check that nothing in the database has changed since.
func (s *testServer) unchanged(t testing.TB) func(testing.TB) {
	t.Helper()
	db := testdb.Open(t, s.config.DatabaseURL)
	rows := func(t testing.TB) string {
		t.Helper()
		users, err := db.Read.User.Query().All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, user := range users {
			user.LockVersion = 0 // a transaction that changes nothing has locked them too
		}
		sessions, err := db.Read.Session.Query().All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		blocked, err := db.Read.BlockedToken.Query().All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var secrets [][]byte // which String leaves out
		for _, session := range sessions {
			secrets = append(secrets, session.SecretHash)
		}
		return fmt.Sprintln(users, sessions, secrets, blocked)
	}
	before := rows(t)
	return func(t testing.TB) {
		t.Helper()
		if now := rows(t); now != before {
			t.Errorf("the database was\n%s\nand is\n%s", before, now)
		}
	}
}

package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"latchkey/internal/auth"
	"latchkey/internal/store"
)

func TestErrorsOfTheDatabaseDoNotRepeatAHash(t *testing.T) {
	t.Parallel()
	quoted := &mysql.MySQLError{Number: 1064, SQLState: [5]byte{'4', '2', '0', '0', '0'}, Message: "near '$argon2id$v=19$SECRET'"}
	if got := explain(fmt.Errorf("ent: %w", quoted)).Error(); got != "MySQL error 1064 (SQLSTATE 42000)" {
		t.Errorf("got %q", got)
	}
	if away := explain(fmt.Errorf("ent: %w", mysql.ErrInvalidConn)); !store.Unavailable(away) {
		t.Errorf("it is not told any more that the database is away: %v", away)
	}
}

func TestRefusalsNameTheFlag(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"This is the last enabled administrator.": &auth.Error{Code: auth.LastAdministrator, Message: "This is the last enabled administrator."},
		"--email: Taken.":                         &auth.Error{Message: "Taken.", Field: "input.email"},
		"--name: Too long. The most is 9. password: Short. The least is 8.": auth.Problems{{Message: "Too long.", Field: "input.name", Max: 9}, {Message: "Short.", Field: "input.password", Min: 8}},
	} {
		if got := explain(err).Error(); got != want || strings.Contains(got, "\n") {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if explain(nil) != nil {
		t.Error("no error became one")
	}
}

package cli_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/testdb"

	"github.com/gofrs/uuid/v5"
)

// fill adds accounts user0, user1 ... behind the rules' back, one in each second of 2026. Every tenth is disabled, every
// twentieth an administrator.
func (a *accounts) fill(n int) {
	a.t.Helper()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	generator := uuid.NewGenWithOptions(uuid.WithEpochFunc(func() time.Time { return at }))
	columns := []string{"id", "username", "password_hash", "role", "disabled", "created_at", "updated_at"}
	testdb.Fill(a.t, a.url, "users", columns, n, func(i int) []any {
		at = time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC)
		role := user.RoleUSER
		if i%20 == 0 {
			role = user.RoleADMIN
		}
		return []any{uuid.Must(generator.NewV7()), fmt.Sprintf("user%d", i), "x", string(role), i%10 == 0, at, at}
	})
}

func TestUsersListFilters(t *testing.T) {
	t.Parallel()
	a := newAccounts(t)
	a.fill(2100)
	for _, c := range []struct {
		args        string
		want        int
		first, last string
		more        bool
	}{
		{"", 100, "user2099", "user2000", true},
		{"--limit 1", 1, "user2099", "user2099", true},
		{"--limit 2099", 2099, "user2099", "user1", true}, // in several parts
		{"--limit 2100", 2100, "user2099", "user0", false},
		{"--text USER209", 11, "user2099", "user209", false},
		{"--role ADMIN --text user1", 55, "user1980", "user100", false},
		{"--disabled --text user20", 12, "user2090", "user20", false},
		{"--no-disabled --text user20", 99, "user2099", "user201", false},
		{"--created-after 2026-01-01T00:34:54Z", 5, "user2099", "user2095", false},
		{"--created-before 2026-01-01T00:00:05Z", 5, "user4", "user0", false},
		{"--created-before 2026-01-01T01:00:05+01:00", 5, "user4", "user0", false},
		{"--text nobody", 0, "", "", false},
	} {
		r := a.run("", append([]string{"list"}, strings.Fields(c.args)...)...)
		lines := strings.Split(strings.TrimSuffix(r.stdout, "\n"), "\n")
		if r.code != 0 || len(lines) != c.want+1 || !strings.HasPrefix(lines[0], "ID ") || (r.stderr != "") != c.more {
			t.Errorf("%s: code %d, %d lines under %q; %q", c.args, r.code, len(lines)-1, lines[0], r.stderr)
			continue
		}
		if c.want > 0 && (strings.Fields(lines[1])[2] != c.first || strings.Fields(lines[c.want])[2] != c.last) {
			t.Errorf("%s: from %q to %q", c.args, lines[1], lines[c.want])
		}
	}
	for args, want := range map[string]int{"": 2100, "--limit 3": 3, "--role ADMIN": 105, "--text nobody": 0} {
		got := a.must("", append([]string{"list", "--json"}, strings.Fields(args)...)...)
		if strings.Count(got, "\n") != want {
			t.Errorf("as JSON, %s: %d lines", args, strings.Count(got, "\n"))
		}
	}
	a.fails(2, []string{"list", "--limit=0"}, "--limit is at least 1")
	a.fails(2, []string{"list", "--role=ROOT"}, "--role")
	a.fails(2, []string{"list", "--created-after=yesterday"}, "--created-after")
}

func TestUsersListShowsAllColumns(t *testing.T) {
	t.Parallel()
	a := newAccounts(t)
	id := object(t, a.must("correct horse battery", "create", "--email=ada@example.org", "--name=Ada Lovelace", "--json"))["id"].(string)
	a.now = noon.Add(time.Hour)
	a.must("correct horse battery", "create", "--username=bob", "--role=ADMIN", "--disabled")
	lines := strings.Split(a.must("", "list"), "\n")
	bob := strings.Join(strings.Fields(lines[1])[1:], " ")
	ada := strings.Join(strings.Fields(lines[2]), " ")
	if strings.Join(strings.Fields(lines[0]), " ") != "ID EMAIL USERNAME NAME ROLE STATE CREATED" ||
		bob != "- bob - ADMIN disabled 2026-11-22T13:00:00Z" || ada != id+" ada@example.org - Ada Lovelace USER enabled 2026-11-22T12:00:00Z" {
		t.Errorf("printed:\n%s", strings.Join(lines, "\n"))
	}
	line := object(t, a.must("", "list", "--json", "--text=ada"))
	if line["id"] != id || len(line) != 8 || line["createdAt"] != "2026-11-22T12:00:00.000Z" {
		t.Errorf("as JSON: %v", line)
	}
}

// Whatever got into the database: a name or a program that signs in must not write over the screen of the operator.
func TestNothingInAnAccountBreaksALineOrTheTerminal(t *testing.T) {
	t.Parallel()
	a := newAccounts(t)
	const rude = "a\tb\nc\rd\x1b[2Je\u0085f\u202eg\u2028h\x7fi\vj\fk é <&> \\ \""
	db := testdb.Open(t, a.url)
	id := uuid.Must(uuid.NewV7())
	err := db.Tx(t.Context(), func(tx *ent.Tx) error {
		err := tx.User.Create().SetID(id).SetUsername("ada").SetName(rude).SetPasswordHash("x").SetCreatedAt(noon).SetUpdatedAt(noon).Exec(t.Context())
		if err != nil {
			return err
		}
		return tx.Session.Create().SetID(uuid.Must(uuid.NewV7())).SetUserID(id).SetUserAgent(rude).SetIPAddress("192.0.2.1").SetSecretHash([]byte("x")).
			SetCreatedAt(noon).SetLastUsedAt(noon).SetExpiresAt(noon.Add(time.Hour)).SetAccessExpiresAt(noon).Exec(t.Context())
	})
	if err != nil {
		t.Fatal(err)
	}
	const harmless = `a\u0009b\u000ac\u000dd\u001b[2Je\u0085f\u202eg\u2028h\u007fi\u000bj\u000ck é <&> \ "`
	for command, lines := range map[string]int{"list": 2, "show ada": 11, "list --json": 1, "show ada --json": 1, "export": 1} {
		got := a.must("", strings.Fields(command)...)
		if strings.Count(got, "\n") != lines || strings.ContainsAny(strings.ReplaceAll(got, "\n", ""), "\t\r\x1b\u0085\u202e\u2028\x7f\v\f") {
			t.Errorf("%s printed %q", command, got)
		}
		if lines > 1 && !strings.Contains(got, harmless) {
			t.Errorf("%s does not show what is there: %q", command, got)
		}
		if lines == 1 && object(t, got)["name"] != rude {
			t.Errorf("%s printed another name: %q", command, got)
		}
	}
	if got := strings.Join(strings.Fields(strings.Split(a.must("", "show", "ada"), "\n")[9]), " "); got != "SESSION USER AGENT ADDRESS CREATED LAST USED EXPIRES" {
		t.Errorf("over the sessions stands %q", got)
	}
	sessions := object(t, a.must("", "show", "ada", "--json"))["sessions"].([]any)
	session := sessions[0].(map[string]any)
	if session["userAgent"] != rude || session["ipAddress"] != "192.0.2.1" || session["expiresAt"] != "2026-11-22T13:00:00.000Z" || len(session) != 6 {
		t.Errorf("the session is %v", session)
	}
	if strings.Contains(a.must("", "show", "ada", "--json"), "secret") {
		t.Error("the session's secret is shown")
	}
}

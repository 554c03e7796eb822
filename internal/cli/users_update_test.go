package cli_test

import (
	"testing"

	"latchkey/ent"
	"latchkey/internal/password"
	"latchkey/internal/testdb"
)

func TestUsersUpdate(t *testing.T) {
	t.Parallel()
	a := newAccounts(t)
	a.must("correct horse battery", "create", "--email=ada@example.org", "--username=ada", "--name=Ada")
	a.must("correct horse battery", "create", "--username=root", "--role=ADMIN")
	for _, step := range []struct {
		args []string
		want map[string]any
	}{
		{[]string{"--name=Ada Lovelace"}, map[string]any{"name": "Ada Lovelace", "email": "ada@example.org", "username": "ada"}},
		{[]string{"--name="}, map[string]any{"name": nil, "email": "ada@example.org"}},
		{[]string{"--email=Countess@Example.org"}, map[string]any{"email": "countess@example.org"}},
		{[]string{"--email", ""}, map[string]any{"email": nil, "username": "ada"}},
		{[]string{"--role=ADMIN", "--disabled"}, map[string]any{"role": "ADMIN", "disabled": true}},
		{[]string{"--no-disabled", "--role=USER", "--name=Ada"}, map[string]any{"role": "USER", "disabled": false, "name": "Ada"}},
	} {
		changed := object(t, a.must("", append([]string{"update", "ada", "--json"}, step.args...)...))
		shown := object(t, a.must("", "show", "ada", "--json"))
		for field, want := range step.want {
			if changed[field] != want || shown[field] != want {
				t.Errorf("%v: %s is %v, and shown as %v", step.args, field, changed[field], shown[field])
			}
		}
	}
	id := object(t, a.must("", "show", "ada", "--json"))["id"].(string)
	if got := a.must("", "update", "ada", "--username=countess"); got != id+": USER, enabled\n" {
		t.Errorf("printed %q", got)
	}
	a.fails(1, []string{"update", "countess", "--username="}, "--username: An e-mail address or a username is needed.")
	a.fails(1, []string{"update", "countess", "--username=root"}, "--username: Another account has this username.")
	a.fails(1, []string{"update", "root", "--role=USER"}, "This is the last enabled administrator.")
	a.fails(1, []string{"update", "root", "--disabled"}, "This is the last enabled administrator.")
	a.fails(1, []string{"delete", "root"}, "This is the last enabled administrator.")
}

// Only the end of the line does not belong to the password, and only the first line is read.
func TestPasswordIsTheFirstLineOfStandardInputAsItIs(t *testing.T) {
	t.Parallel()
	a := newAccounts(t)
	a.must("correct horse battery", "create", "--username=ada")
	for stdin, want := range map[string]string{
		"no end of line":             "no end of line",
		"an end of line\n":           "an end of line",
		"and one of Windows\r\n":     "and one of Windows",
		" spaces around it \nsecond": " spaces around it ",
		"two of them\r\r\n":          "two of them\r",
		"\ttabs and \b others\n":     "\ttabs and \b others",
	} {
		if a.must(stdin, "update", "ada", "--password"); !isPassword(t, a.url, want) {
			t.Errorf("%q is not %q", stdin, want)
		}
	}
	if r := a.run("short", "update", "ada", "--password"); r.code != 1 || r.stderr != "latchkey: password: The password is too short. The least is 8.\n" {
		t.Errorf("a weak one: code %d, %q", r.code, r.stderr)
	}
	if r := a.run("", "update", "ada", "--password"); r.code != 1 || isPassword(t, a.url, "") {
		t.Errorf("none: code %d, %q", r.code, r.stderr)
	}
}

// isPassword tells whether this is the password of the only account.
func isPassword(t *testing.T, url, want string) bool {
	t.Helper()
	same, err := password.NewHasher(password.Recommended).Verify(t.Context(), only(t, url).PasswordHash, want)
	if err != nil {
		t.Fatal(err)
	}
	return same
}

func only(t *testing.T, url string) *ent.User {
	t.Helper()
	found, err := testdb.Open(t, url).Read.User.Query().Only(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

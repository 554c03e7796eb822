package cli_test

import (
	"path/filepath"
	"testing"
)

func TestUsersThatCanNotBeChanged(t *testing.T) {
	t.Parallel()
	database := "--database-url=sqlite:" + filepath.Join(t.TempDir(), "latchkey.db")
	if r := run(t, nil, "users", "delete", "ada", database); r.code != 1 {
		t.Errorf("without a database: code %d", r.code)
	}
	if r := run(t, nil, "migrate", "up", database); r.code != 0 {
		t.Fatal(r.stderr)
	}
	for name, c := range map[string]struct {
		code int
		want string
		args []string
	}{
		"nobody":              {1, "there is no account", []string{"delete", "ada"}},
		"nobody to change":    {1, "there is no account", []string{"update", "ada", "--disabled"}},
		"nothing to change":   {1, "nothing to change", []string{"update", "ada"}},
		"another role":        {2, "--role", []string{"update", "ada", "--role=ROOT"}},
		"without saying whom": {2, "who", []string{"delete"}},
	} {
		r := run(t, nil, append(append([]string{"users"}, c.args...), database)...)
		if r.code != c.code || r.stdout != "" {
			t.Errorf("%s: code %d, want %d; printed %q", name, r.code, c.code, r.stdout)
		}
		r.complains(t, c.want)
	}
	if r := run(t, nil, "migrate", "down", database); r.code != 0 {
		t.Fatal(r.stderr)
	}
	run(t, nil, "users", "delete", "ada", database).complains(t, "latchkey migrate up")
}

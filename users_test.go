package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/testdb"
	"latchkey/internal/testleak"
)

const logIn = `mutation ($name: String!, $password: String!) { login(input: {identifier: $name, password: $password}) { accessToken refreshToken } }`

// operator runs the command line beside a server, in processes of its own.
type operator struct {
	dir string
	env []string
}

// run runs `latchkey users` with this on standard input.
func (o operator) run(t testing.TB, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, complaint bytes.Buffer
	c := command(t, o.dir, o.env, append([]string{"users"}, args...)...)
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &out, &complaint
	err := c.Run()
	testleak.Typed(args, stdin)
	testleak.Command(t, c.database(), out.String(), complaint.String())
	return out.String(), complaint.String(), exitCode(err)
}

// must runs a command that has to succeed, in silence but for the audit trail, and returns what it prints.
func (o operator) must(t testing.TB, stdin string, args ...string) string {
	t.Helper()
	stdout, stderr, code := o.run(t, stdin, args...)
	for line := range strings.Lines(stderr) {
		if !strings.Contains(line, `"msg":"audit"`) {
			code = -1
		}
	}
	if code != 0 {
		t.Fatalf("%v: exit code %d: %s", args, code, stderr)
	}
	return stdout
}

// withOperator runs a test on a server with each kind of database.
func withOperator(t *testing.T, test func(t *testing.T, server *process, o operator)) {
	t.Helper()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			o := operator{t.TempDir(), []string{"LATCHKEY_DATABASE_URL=" + kind.URL(t), "LATCHKEY_SIGNUP=open"}}
			test(t, serve(t, o.dir, o.env...), o)
		})
	}
}

func TestWhatTheCommandLineDoesToAUserCountsOnTheNextRequest(t *testing.T) {
	t.Parallel()
	withOperator(t, func(t *testing.T, server *process, o operator) {
		const old, fresh = "correct horse", "another horse"
		for name, c := range map[string]struct {
			args     []string
			prints   string
			refresh  string // what a refresh answers
			login    string // and a log-in with the old password
			newLogin string // and one with the new one
		}{
			"disabled": {[]string{"update", "--disabled"}, "USER, disabled", "INVALID_REFRESH_TOKEN", "INVALID_CREDENTIALS", "INVALID_CREDENTIALS"},
			"deleted":  {[]string{"delete"}, "deleted ", "INVALID_REFRESH_TOKEN", "INVALID_CREDENTIALS", "INVALID_CREDENTIALS"},
			"promoted": {[]string{"update", "--role=ADMIN"}, "ADMIN, enabled", "", "", "INVALID_CREDENTIALS"},
			"rescued":  {[]string{"update", "--password"}, "USER, enabled", "INVALID_REFRESH_TOKEN", "INVALID_CREDENTIALS", ""},
		} {
			user := server.mustGraphQL(t, "", signUpForTokens, map[string]any{"name": name})
			accessToken := user["accessToken"].(string)
			server.mustGraphQL(t, accessToken, whoAmI, nil)
			if got := o.must(t, fresh+"\n", append(c.args, name)...); !strings.Contains(got, c.prints) {
				t.Errorf("%s: printed %q", name, got)
			}
			if _, code := server.graphQL(t, accessToken, whoAmI, nil); code != refused {
				t.Errorf("%s: the next request got %q", name, code)
			}
			if _, code := server.graphQL(t, "", refreshToken, map[string]any{"token": user["refreshToken"]}); code != c.refresh {
				t.Errorf("%s: the refresh got %q", name, code)
			}
			for password, want := range map[string]string{old: c.login, fresh: c.newLogin} {
				if _, code := server.graphQL(t, "", logIn, map[string]any{"name": name, "password": password}); code != want {
					t.Errorf("%s: the log-in with %q got %q", name, password, code)
				}
			}
		}
	})
}

func TestFirstAdministratorIsMadeOnTheCommandLine(t *testing.T) {
	t.Parallel()
	withOperator(t, func(t *testing.T, server *process, o operator) {
		const password = "correct horse battery"
		if got := o.must(t, password+"\n", "create", "--email=Ada@example.org", "--role=ADMIN"); !strings.Contains(got, "ada@example.org") {
			t.Errorf("printed %q", got)
		}
		ada := server.mustGraphQL(t, "", logIn, map[string]any{"name": "ada@example.org", "password": password})
		token := ada["accessToken"].(string)
		server.mustGraphQL(t, token, `{ users { nodes { role } } }`, nil)

		shown := map[string]any{}
		if err := json.Unmarshal([]byte(o.must(t, "", "show", "ada@example.org", "--json")), &shown); err != nil {
			t.Fatal(err)
		}
		if me := server.mustGraphQL(t, token, whoAmI, nil); shown["id"] != me["id"] || len(shown["sessions"].([]any)) != 1 {
			t.Errorf("shown is %v, logged in is %v", shown, me)
		}
		for _, args := range []string{"update ada@example.org --role=USER", "update ada@example.org --disabled", "delete ada@example.org"} {
			stdout, stderr, code := o.run(t, "", strings.Fields(args)...)
			if code != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "This is the last enabled administrator.") {
				t.Errorf("%s: exit code %d: %q", args, code, stderr)
			}
		}
		server.mustGraphQL(t, token, whoAmI, nil) // nothing has changed
		if stdout, stderr, code := o.run(t, password, "create", "--email=ada@example.org"); code != 1 || stdout != "" ||
			stderr != "latchkey: --email: Another account has this e-mail address.\n" {
			t.Errorf("the same again: exit code %d: %q", code, stderr)
		}
	})
}

func TestListAndExportOfTheCommandLine(t *testing.T) {
	t.Parallel()
	withOperator(t, func(t *testing.T, _ *process, o operator) {
		o.must(t, "correct horse battery", "create", "--username=ada", "--role=ADMIN")
		o.must(t, "correct horse battery", "create", "--username=bob", "--name=Bob", "--disabled")
		if got := o.must(t, "", "list"); strings.Count(got, "\n") != 3 || strings.Index(got, " bob ") > strings.Index(got, " ada ") {
			t.Errorf("listed:\n%s", got)
		}
		if got := o.must(t, "", "list", "--json", "--role=ADMIN"); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"username":"ada"`) {
			t.Errorf("the administrators:\n%s", got)
		}
		if got := o.must(t, "", "export"); strings.Count(got, "\n") != 2 || strings.Contains(got, "argon2") {
			t.Errorf("exported:\n%s", got)
		}
		o.must(t, "", "export", "--with-hashes", "accounts")
		file := filepath.Join(o.dir, "accounts")
		text, err := os.ReadFile(file)
		if err != nil || strings.Count(string(text), `"passwordHash":"$argon2id$`) != 2 {
			t.Errorf("%v: the file has\n%s", err, text)
		}
		if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
			t.Errorf("its mode: %v, %v", info, err)
		}
		if _, stderr, code := o.run(t, "", "export", "--with-hashes", "accounts"); code != 1 || stderr != "latchkey: accounts exists already\n" {
			t.Errorf("again: exit code %d: %q", code, stderr)
		}
		if stdout, _, code := o.run(t, "", "export", "--with-hashes"); code != 2 || stdout != "" {
			t.Errorf("without a file: exit code %d, printed %q", code, stdout)
		}
	})
}

// The prompt on a real terminal, which script(1) of util-linux makes.
func TestPromptOfTheBinary(t *testing.T) {
	t.Parallel()
	script, err := exec.LookPath("script")
	if err != nil {
		t.Skip("there is no script(1) here")
	}
	o := operator{dir: t.TempDir()}
	operate(t, o.dir, nil, "migrate", "up")
	c := exec.CommandContext(t.Context(), script, "-qec", binary+" users create --username=ada", "/dev/null")
	c.Dir = o.dir
	c.Stdin = strings.NewReader("correct horse battery\nanother one altogether\n")
	output, err := c.CombinedOutput()
	if exitCode(err) != 1 || !strings.Contains(string(output), "Password: ") || !strings.Contains(string(output), "two different passwords") {
		t.Errorf("%v: %q", err, output)
	}
}

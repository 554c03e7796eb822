package main_test

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"latchkey/internal/config"
	"latchkey/internal/testdb"
	"latchkey/internal/testleak"
)

// shell returns the commands in a file of the documentation: its sh blocks.
func shell(t testing.TB, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, rest := range strings.Split(string(text), "\n```sh\n")[1:] {
		block, _, _ := strings.Cut(rest, "\n```")
		blocks = append(blocks, block)
	}
	return blocks
}

// runShell runs commands in dir and returns what they print.
func runShell(t testing.TB, dir, commands string, env ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", commands)
	c.Dir = dir
	c.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	output, err := c.Output() // with tokens: the stories print answers
	testleak.Text(t, "standard error", stderr.String())
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, stderr.String(), commands)
	}
	return string(output)
}

func TestStoryOfTheREADME(t *testing.T) {
	t.Parallel()
	server := serve(t, t.TempDir())
	story := strings.ReplaceAll(strings.Join(shell(t, "README.md"), "\n"), "http://localhost:8080", server.url)
	got := runShell(t, t.TempDir(), story)
	for _, want := range []string{`"email":"ada@example.org","role":"USER"`, `"current":true`, `"refreshToken":{"accessToken":"`, `"endedSessionIds":["`, `"reason":"REVOKED"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestREADMEListsEveryVariableWithItsDefault(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	fields := reflect.TypeFor[config.Config]()
	for i := range fields.NumField() {
		tag := fields.Field(i).Tag
		value := "`" + tag.Get("default") + "`"
		if value == "``" {
			value = "none"
		}
		if row := fmt.Sprintf("| `%s` | %s |", tag.Get("env"), value); !strings.Contains(string(text), row) {
			t.Errorf("README.md has no row %s", row)
		}
	}
	if got, want := strings.Count(string(text), "\n| `LATCHKEY_"), fields.NumField(); got != want {
		t.Errorf("README.md lists %d variables, there are %d", got, want)
	}
}

func TestBackupAndRestoreOfTheOperationsGuide(t *testing.T) {
	t.Parallel()
	blocks := operations(t)
	backupSQLite, backupMySQL, backupKeys, restoreSQLite, restoreMySQL, restoreKeys := blocks[0], blocks[1], blocks[2], blocks[3], blocks[4], blocks[5]

	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		dir, safe := t.TempDir(), t.TempDir()
		server := serve(t, dir)
		token := signUpForToken(t, server.url)
		operate(t, dir, nil, "keys", "rotate") // so that there are several keys
		runShell(t, dir, backupSQLite+"\n"+backupKeys, "ANOTHER_PLACE="+safe)
		signUp(t, server.url, "after.the.backup")
		server.kill(t)

		runShell(t, dir, "rm -r data/keys\n"+restoreSQLite+"\n"+restoreKeys, "ANOTHER_PLACE="+safe)
		restored := serve(t, dir)
		expectRestored(t, restored.url, token)
	})
	t.Run("MariaDB", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		source, target := testdb.MariaDB(t), testdb.MariaDB(t)
		server := serve(t, dir, "LATCHKEY_DATABASE_URL="+source)
		token := signUpForToken(t, server.url)
		home := mariadbHome(t, source)
		runShell(t, dir, strings.Replace(backupMySQL, " latchkey ", " "+databaseName(t, source)+" ", 1), "HOME="+home)
		signUp(t, server.url, "after.the.backup")
		server.kill(t)

		runShell(t, dir, strings.Replace(restoreMySQL, " latchkey ", " "+databaseName(t, target)+" ", 1), "HOME="+home)
		restored := serve(t, dir, "LATCHKEY_DATABASE_URL="+target)
		expectRestored(t, restored.url, token)
	})
}

// operations are the blocks of commands of the operations guide.
func operations(t testing.TB) []string {
	t.Helper()
	blocks := shell(t, "docs/operations.md")
	if len(blocks) != 14 {
		t.Fatalf("docs/operations.md has %d blocks of commands", len(blocks))
	}
	return blocks
}

func TestLostKeysOfTheOperationsGuide(t *testing.T) {
	t.Parallel()
	giveUp := operations(t)[6]
	dir := t.TempDir()
	server := serve(t, dir)
	token := signUpForToken(t, server.url)
	operate(t, dir, nil, "keys", "rotate")
	server.kill(t)
	if err := os.RemoveAll(filepath.Join(dir, "data", "keys")); err != nil {
		t.Fatal(err)
	}
	output, err := command(t, dir, []string{"LATCHKEY_ADDR=127.0.0.1:0"}).CombinedOutput()
	if exitCode(err) != 1 || strings.Count(string(output), "\n") != 1 || !strings.Contains(string(output), "data/keys lacks keys of this database: "+kidOf(t, token)) {
		t.Errorf("exit code %d: %s", exitCode(err), output)
	}

	runShell(t, dir, giveUp, "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
	again := serve(t, dir)
	if got := post(t, again.url, `{ validateToken(token: "`+token+`") { reason } }`); !strings.Contains(got, "INVALID_SIGNATURE") {
		t.Error(got)
	}
	got := post(t, again.url, `mutation { login(input: {identifier: "before.the.backup", password: "correct horse"}) { expiresIn } }`)
	if !strings.Contains(got, `"expiresIn":900`) {
		t.Error(got)
	}
	if list := operate(t, dir, nil, "keys", "list"); strings.Count(list, "\n") != 3 || strings.Contains(list, "missing") {
		t.Errorf("listed:\n%s", list)
	}
}

func TestAccountsOfTheOperationsGuide(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := serve(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := "PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH")
	for i, want := range [][]string{
		{"EMAIL     ada@example.org", "ada@example.org  -         Ada Lovelace  ADMIN  enabled", "ROLE      ADMIN"},
		{": ADMIN, enabled", ": USER, disabled", "deleted "},
		{"exported 1 to accounts-with-hashes.ndjson"},
	} {
		got := runShell(t, dir, operations(t)[7+i], path, "PASSWORD_FILE=password")
		for _, want := range want {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in:\n%s", want, got)
			}
		}
	}
	for file, want := range map[string]int{"accounts.ndjson": 0, "accounts-with-hashes.ndjson": 1} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || strings.Count(string(text), "\n") != 1 || strings.Count(string(text), "passwordHash") != want {
			t.Errorf("%s: %v: %s", file, err, text)
		}
	}
	server.mustGraphQL(t, "", logIn, map[string]any{"name": "ada", "password": "correct horse"})
}

func TestMigrationsByHandOfTheOperationsGuide(t *testing.T) {
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			dir, url := t.TempDir(), "LATCHKEY_DATABASE_URL="+kind.URL(t)
			server := serve(t, dir, url, "LATCHKEY_AUTO_MIGRATE=false")
			if got := runShell(t, dir, `curl -s "$URL/readyz"`, "URL="+server.url); got != "migrations are pending\n" {
				t.Errorf("ready without its tables: %s", got)
			}
			got := runShell(t, dir, operations(t)[10], "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"), url)
			if !strings.Contains(got, "_init.sql  ") || strings.Contains(got, "pending") {
				t.Errorf("printed:\n%s", got)
			}
			if got := runShell(t, dir, `curl -s "$URL/readyz"`, "URL="+server.url); got != "ready\n" {
				t.Error(got)
			}
			if got := signUp(t, server.url, "ada"); got != signedUp {
				t.Error(got)
			}
			server.kill(t)
		})
	}
}

// expectRestored holds that the account of signUpForToken is there with its token, and the later one is not.
func expectRestored(t testing.TB, url, token string) {
	t.Helper()
	got := runShell(t, ".", `curl -s "$URL/graphql" -H 'Content-Type: application/json' -H "Authorization: Bearer $TOKEN" -d '{"query":"{ me { username } }"}'`,
		"URL="+url, "TOKEN="+token)
	if got != `{"data":{"me":{"username":"before.the.backup"}}}` {
		t.Error(got)
	}
	if got := signUp(t, url, "after.the.backup"); got != signedUp {
		t.Error(got)
	}
}

func signUpForToken(t testing.TB, url string) string {
	t.Helper()
	answer := post(t, url, `mutation { signup(input: {username: "before.the.backup", password: "correct horse"}) { accessToken } }`)
	_, rest, _ := strings.Cut(answer, `"accessToken":"`)
	token, _, found := strings.Cut(rest, `"`)
	if !found {
		t.Fatal(answer)
	}
	return token
}

// mariadbHome is a home directory in which MariaDB's programs find the server of the tests.
func mariadbHome(t testing.TB, databaseURL string) string {
	t.Helper()
	address, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := address.User.Password()
	home := t.TempDir()
	options := fmt.Sprintf("[client]\nprotocol=tcp\nhost=%s\nport=%s\nuser=%s\npassword=%s\n",
		address.Hostname(), address.Port(), address.User.Username(), password)
	if err := os.WriteFile(filepath.Join(home, ".my.cnf"), []byte(options), 0o600); err != nil {
		t.Fatal(err)
	}
	return home
}

func databaseName(t testing.TB, databaseURL string) string {
	t.Helper()
	address, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	return address.Path[1:]
}

package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/password"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
	"latchkey/internal/testleak"
)

// current makes hashes as the binary does.
var current = password.NewHasher(password.Recommended)

// person is a row of an old database, and what has to become of it.
type person struct {
	Email, Username, Name, Role, CreatedAt string
	Disabled                               bool
	Password                               string
	Refused                                string
}

func (p *person) identifier() string {
	if p.Email != "" {
		return p.Email
	}
	return p.Username
}

// move is one from an old system into a database of ours.
type move struct {
	oldSystem
	dir    string
	env    []string
	people []*person
	db     *store.DB
	server *process
}

func newMove(t *testing.T, from oldSystem, to testdb.Kind) *move {
	t.Helper()
	url := to.URL(t)
	m := &move{oldSystem: from, dir: t.TempDir(), db: testdb.OpenMigrated(t, url)}
	m.env = []string{"LATCHKEY_DATABASE_URL=" + url, "PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH")}
	text, err := os.ReadFile(filepath.Join("testdata", "migrating", from.name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &m.people); err != nil {
		t.Fatal(err)
	}
	if from.export != "" {
		m.copyExport(t)
		return m
	}
	if from.file == "" {
		old := testdb.MariaDB(t)
		home := mariadbHome(t, old)
		options, err := os.OpenFile(filepath.Join(home, ".my.cnf"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(options, "[mysql]\ndatabase=%s\n", databaseName(t, old)); err != nil {
			t.Fatal(err)
		}
		if err := options.Close(); err != nil {
			t.Fatal(err)
		}
		m.env = append(m.env, "HOME="+home)
	}
	dump, err := os.ReadFile(filepath.Join("testdata", "migrating", from.name+".sql"))
	if err != nil {
		t.Fatal(err)
	}
	m.sql(t, string(dump))
	return m
}

func (m *move) copyExport(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "migrating", m.name+".export"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(m.dir, m.export)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// sql runs statements in the old database.
func (m *move) sql(t *testing.T, statements string) {
	t.Helper()
	client := exec.CommandContext(t.Context(), "mariadb", "--default-character-set=utf8mb4")
	if m.file != "" {
		client = exec.CommandContext(t.Context(), "sqlite3", "-bail", m.file)
	}
	client.Dir, client.Env, client.Stdin = m.dir, m.env, strings.NewReader(statements)
	if output, err := client.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
}

// The imports of "How a move goes", in its order.
const (
	dryRun = iota
	first
	update
)

// comeIn exports the accounts and imports them, both with the commands of the guide, and returns what these print.
func (m *move) comeIn(t *testing.T, how int) string {
	t.Helper()
	commands := guide(t, m.heading)[0]
	if piped := "latchkey users import -"; strings.Contains(commands, piped) {
		flag := []string{"--dry-run ", "", "--update "}[how]
		commands = strings.Replace(commands, piped, "latchkey users import "+flag+"-", 1)
	} else {
		commands += "\n" + guide(t, "How a move goes")[how]
	}
	return m.shell(t, commands)
}

// shell runs commands, of which the last one may end with 1, as an import does that has refused something.
func (m *move) shell(t *testing.T, commands string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", commands)
	c.Dir, c.Env = m.dir, m.env
	output, err := c.CombinedOutput()
	testleak.Text(t, "the output", string(output))
	if err != nil && (exitCode(err) != 1 || !bytes.Contains(output, []byte("refused, the others are in")) && !bytes.HasSuffix(output, []byte(" refused\n"))) {
		t.Fatalf("%v: %s", err, output)
	}
	return string(output)
}

// guide returns the commands under a heading of docs/migrating.md.
func guide(t *testing.T, heading string) []string {
	t.Helper()
	text, err := os.ReadFile("docs/migrating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "# "+heading+"\n")
	section, _, _ = strings.Cut(section, "\n#")
	var blocks []string
	for section != "" {
		var block string
		var before string
		before, section, _ = strings.Cut(section, "```sh\n")
		block, section, _ = strings.Cut(section, "```\n")
		indent := before[strings.LastIndex(before, "\n")+1:]
		if block != "" {
			blocks = append(blocks, strings.ReplaceAll("\n"+block, "\n"+indent, "\n"))
		}
	}
	if !found || len(blocks) == 0 {
		t.Fatalf("docs/migrating.md has no commands under %q", heading)
	}
	return blocks
}

// split returns those who come in, and what the import says of the others.
func (m *move) split() (in []*person, report string) {
	for n, p := range m.people {
		if p.Refused == "" {
			in = append(in, p)
		} else {
			report += fmt.Sprintf("line %d: %s\n", n+1, p.Refused)
		}
	}
	return in, report
}

func (m *move) rows(t *testing.T) []*ent.User {
	t.Helper()
	rows, err := m.db.Read.User.Query().Order(ent.Asc(user.FieldID)).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func (m *move) hash(t *testing.T, p *person) string {
	t.Helper()
	row, err := m.db.Read.User.Query().Where(user.Or(user.Email(strings.ToLower(p.Email)), user.Username(strings.ToLower(p.Username)))).Only(t.Context())
	if err != nil {
		t.Fatalf("%s: %v", p.identifier(), err)
	}
	return row.PasswordHash
}

// logIn logs someone in as they did in the old system, and returns the account, or the code of the error.
func (m *move) logIn(t *testing.T, p *person, password string) (map[string]any, string) {
	t.Helper()
	const logIn = `mutation ($identifier: String!, $password: String!) { login(input: {identifier: $identifier, password: $password}) {
		user { email username name role createdAt } } }`
	field, code := m.server.graphQL(t, "", logIn, map[string]any{"identifier": p.identifier(), "password": password})
	account, _ := field["user"].(map[string]any)
	return account, code
}

// expectLogIn holds that someone logs in with the old password and finds everything there, and that no other password does.
func (m *move) expectLogIn(t *testing.T, p *person) {
	t.Helper()
	if _, code := m.logIn(t, p, p.Password+"x"); code != "INVALID_CREDENTIALS" {
		t.Errorf("%s, wrong password: %q", p.identifier(), code)
	}
	account, code := m.logIn(t, p, p.Password)
	if p.Disabled {
		if code != "INVALID_CREDENTIALS" {
			t.Errorf("%s, disabled: %q", p.identifier(), code)
		}
		return
	}
	want := map[string]any{"email": nil, "username": nil, "name": nil, "role": "USER", "createdAt": account["createdAt"]}
	for field, value := range map[string]string{
		"email": strings.ToLower(p.Email), "username": strings.ToLower(p.Username), "name": p.Name, "role": p.Role,
		"createdAt": strings.Replace(p.CreatedAt, " ", "T", 1),
	} {
		if field == "createdAt" && value != "" {
			value += ".000Z"
		}
		if value != "" {
			want[field] = value
		}
	}
	if !reflect.DeepEqual(account, want) {
		t.Errorf("%s: got %v %s, want %v", p.identifier(), account, code, want)
	}
	if hash := m.hash(t, p); current.Outdated(hash) {
		t.Errorf("%s: after the log-in %q is stored", p.identifier(), hash)
	}
}

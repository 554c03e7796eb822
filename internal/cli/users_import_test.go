package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/internal/cli"
	"latchkey/internal/testdb"
)

const bcryptHash = "$2b$05$vNLo.6XWb1Z4n.kTQKtgFOZ0fCLVhNfe7h2H3fAPZKVY5hX6M1e1G"

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// migratedDatabase is the flag for a database with all its tables.
func migratedDatabase(t *testing.T) string {
	t.Helper()
	flag := "--database-url=" + testdb.SQLite(t)
	if r := run(t, nil, "migrate", "up", flag); r.code != 0 {
		t.Fatal(r.stderr)
	}
	return flag
}

func TestUsersImportReportsWhatItRefuses(t *testing.T) {
	t.Parallel()
	database := migratedDatabase(t)
	file := write(t, "users.ndjson", strings.Join([]string{
		`{"email":"ada@example.org","name":"Ada","passwordHash":"` + bcryptHash + `"}`,
		`{"email":"` + secret + `","username":"no","passwordHash":"` + secret + `"}`,
		secret,
		`{"username":"bob","password":"x"}`,
	}, "\n"))
	const refused = "line 2: email: This is not an e-mail address.\nline 2: username: The username is too short.\n" +
		"line 2: passwordHash: The hash is refused: its format is not known.\nline 3: This is not one JSON object.\n"
	for _, c := range []struct{ flag, stdout, end string }{
		{"--dry-run", "dry run, nothing is written: 2 added, 0 updated, 0 left as they were, 2 refused\n", "latchkey: 2 refused\n"},
		{"--format=auto", "2 added, 0 updated, 0 left as they were, 2 refused\n", "latchkey: 2 refused, the others are in\n"},
		{"--format=auto", "0 added, 0 updated, 2 left as they were, 2 refused\n", "latchkey: 2 refused, the others are in\n"},
		{"--update", "0 added, 0 updated, 2 left as they were, 2 refused\n", "latchkey: 2 refused, the others are in\n"},
	} {
		r := run(t, nil, "users", "import", file, database, c.flag)
		if r.code != 1 || r.stdout != c.stdout || r.stderr != refused+c.end {
			t.Errorf("%s: code %d, printed %q, and %q", c.flag, r.code, r.stdout, r.stderr)
		}
	}
}

func TestUsersImportOfCSV(t *testing.T) {
	t.Parallel()
	database := migratedDatabase(t)
	file := write(t, "users.CSV", "id,mail,hash,admin\n1,ada@example.org,"+bcryptHash+",ADMIN\n2,bob@example.org,"+bcryptHash+",\n")
	r := run(t, nil, "users", "import", file, database, "--json", "--column=email=mail", "--column=passwordHash=hash", "--column", "role=admin")
	var summary map[string]any
	if err := json.Unmarshal([]byte(r.stdout), &summary); err != nil || r.code != 0 || r.stderr != "" {
		t.Fatalf("%v: code %d, %s%s", err, r.code, r.stdout, r.stderr)
	}
	want := map[string]any{"added": 2.0, "updated": 0.0, "left": 0.0, "refused": 0.0, "used": 0.0, "ignoredColumns": []any{"id"}, "dryRun": false, "complete": true}
	if fmt.Sprint(summary) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", summary, want)
	}
	if r := run(t, nil, "users", "update", "ada@example.org", "--disabled", database); r.code == 0 {
		t.Error("ada is no administrator")
	}
}

func TestUsersImportFromStandardInput(t *testing.T) {
	t.Parallel()
	database := migratedDatabase(t)
	for _, c := range []struct{ input, flag string }{
		{`{"username":"ada","passwordHash":"` + bcryptHash + `"}`, "--format=auto"},
		{"username,passwordHash\nbob," + bcryptHash, "--format=csv"},
	} {
		r := runWith(t, strings.NewReader(c.input), noon, nil, "users", "import", "-", database, c.flag)
		if r.code != 0 || !strings.HasPrefix(r.stdout, "1 added, ") || r.stderr != "" {
			t.Errorf("code %d, %s%s", r.code, r.stdout, r.stderr)
		}
	}
}

func TestUsersImportThatIsCalledWronglyWritesNothing(t *testing.T) {
	t.Parallel()
	database := migratedDatabase(t)
	lines := write(t, "users.ndjson", `{"username":"ada","password":"x"}`)
	table := write(t, "users.csv", "username,password\nada,x\n")
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no file":                      {nil, 2, "file"},
		"a file that is not there":     {[]string{lines + "x"}, 1, "no such file"},
		"an unknown format":            {[]string{lines, "--format=xml"}, 2, "--format"},
		"columns of NDJSON":            {[]string{lines, "--column=username=ada"}, 2, "--column is for CSV"},
		"a column that is not there":   {[]string{table, "--column=name=x"}, 2, "field name"},
		"no columns for what it takes": {[]string{lines, "--format=csv"}, 2, "not a header"},
		"a compressed file":            {[]string{write(t, "users.ndjson.gz", "\x1f\x8b\x08\x00")}, 2, "users.ndjson.gz: the file is compressed"},
		"an array":                     {[]string{write(t, "users.json", "[\n{}\n]")}, 2, "users.json: this is one JSON array"},
		"semicolons":                   {[]string{write(t, "users.csv", "email;password\nada;x\n")}, 2, "semicolons"},
	} {
		r := run(t, nil, append([]string{"users", "import", database}, c.args...)...)
		if r.code != c.code || r.stdout != "" {
			t.Errorf("%s: code %d, printed %q", name, r.code, r.stdout)
		}
		r.complains(t, c.want)
	}
	if r := run(t, nil, "users", "delete", "ada", database); r.code != 1 {
		t.Error("somebody was imported")
	}
}

func TestUsersImportOfAFileWithoutARecordFails(t *testing.T) {
	t.Parallel()
	database := migratedDatabase(t)
	for _, file := range []string{
		write(t, "nothing.ndjson", ""), write(t, "blank.ndjson", "\n\n"), write(t, "nothing.csv", ""), write(t, "header.csv", "email,password\n"),
	} {
		r := run(t, nil, "users", "import", file, database)
		if want := "latchkey: " + file + ": there is no record in it\n"; r.code != 1 || r.stderr != want {
			t.Errorf("code %d, %q, want %q", r.code, r.stderr, want)
		}
	}
	r := runWith(t, strings.NewReader("\xff\xfe{\x00"), noon, nil, "users", "import", "-", database)
	r.misused(t, "standard input: the file is UTF-16")
}

func TestUsersImportIsInterruptedBeforeAnythingComes(t *testing.T) {
	t.Parallel()
	silent, end := io.Pipe()
	t.Cleanup(func() { end.Close() }) //nolint:errcheck // it never fails
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, format := range []string{"ndjson", "csv"} {
		var stdout, stderr bytes.Buffer
		code := cli.Main(ctx, []string{"users", "import", "-", "--format=" + format}, silent, &stdout, &stderr, nil, "", func() time.Time { return noon })
		if code != 1 || stdout.Len() > 0 || stderr.String() != "latchkey: interrupted\n" {
			t.Errorf("code %d, %q and %q", code, stdout.String(), stderr.String())
		}
	}
}

// An open quotation mark brings a CSV file to its end too early; what came before it is in.
func TestUsersImportOfAFileThatCanNotBeReadToItsEnd(t *testing.T) {
	t.Parallel()
	database := migratedDatabase(t)
	file := write(t, "users.csv", "username,password\nada,x\nbob,\""+strings.Repeat(secret+"\n", 10_000))
	r := run(t, nil, "users", "import", file, database)
	if r.code != 1 || !strings.HasPrefix(r.stdout, "1 added, ") {
		t.Errorf("code %d, %s", r.code, r.stdout)
	}
	r.complains(t, "after line 2", "quotation mark", "mend it and run it again")
	if strings.Contains(r.stderr, "for the rest") {
		t.Error(r.stderr)
	}
}

func TestUsersImportDoesNotSayThatTheOthersAreInAfterAStrayQuotationMark(t *testing.T) {
	t.Parallel()
	file := write(t, "users.csv", "username,password\nada,x\nbob,\"x\neve,x\n")
	const want = "line 3: A quotation mark is not where it belongs.\nlatchkey: stopped: after line 2 a quotation mark is not where it belongs, " +
		"and what follows can't be told apart: mend it and run it again\n"
	r := run(t, nil, "users", "import", file, migratedDatabase(t))
	if r.code != 1 || r.stderr != want || !strings.HasPrefix(r.stdout, "1 added, 0 updated, 0 left as they were, 1 refused") {
		t.Errorf("code %d, printed %q, and %q", r.code, r.stdout, r.stderr)
	}
}

func TestUsersImportAndExportDoNotBlameTheDatabaseForAFile(t *testing.T) {
	t.Parallel()
	database, dir := migratedDatabase(t), t.TempDir()
	imported := run(t, nil, "users", "import", dir, database)
	if want := "latchkey: " + dir + " is a directory\n"; imported.code != 1 || imported.stdout != "" || imported.stderr != want {
		t.Errorf("code %d, %q and %q, want %q", imported.code, imported.stdout, imported.stderr, want)
	}
	exported := run(t, nil, "users", "export", filepath.Join(dir, "none", "x"), database)
	if exported.code != 1 || !strings.HasPrefix(exported.stderr, "latchkey: open "+dir) {
		t.Errorf("code %d, %q", exported.code, exported.stderr)
	}
}

func TestUsersImportTakesWhatUsersExportWrites(t *testing.T) {
	t.Parallel()
	one, two := migratedDatabase(t), migratedDatabase(t)
	if r := runWith(t, strings.NewReader("username,email,role,disabled,createdAt,password\nada,ada@example.org,ADMIN,1,2020-01-02 03:04:05,x\nbob,,,,,y\n"),
		noon, nil, "users", "import", "-", "--format=csv", one); r.code != 0 {
		t.Fatal(r.stderr)
	}
	var files [2]string
	for i, database := range []string{one, two} {
		path := filepath.Join(t.TempDir(), "users.ndjson")
		if r := run(t, nil, "users", "export", path, "--with-hashes", database); r.code != 0 {
			t.Fatal(r.stderr)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[i] = string(text)
		if i == 0 {
			if r := run(t, nil, "users", "import", path, two); r.code != 0 || !strings.HasPrefix(r.stdout, "2 added") {
				t.Fatal(r.stdout, r.stderr)
			}
		}
	}
	if files[0] != files[1] || strings.Count(files[0], "$argon2id$") != 2 {
		t.Errorf("exported\n%s, and after the import\n%s", files[0], files[1])
	}
}

package main_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

// bcryptHash is that of "correct horse", made elsewhere.
const bcryptHash = "$2a$05$Ixy29i.XREJz93udFmGJ/uzc4F9OIEU.f7YFNM5H6O5vJVEMSdIuG"

// accounts writes a file of n accounts.
func accounts(t *testing.T, n int) string {
	t.Helper()
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, `{"email":"user%d@example.org","name":"User %d","createdAt":"2020-01-02T03:04:05Z","passwordHash":"%s"}`+"\n", i, i, bcryptHash)
	}
	return writeFile(t, lines.String())
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.ndjson")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func count(t *testing.T, db *store.DB) int {
	t.Helper()
	n, err := db.Read.User.Query().Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// importing starts an import and returns when the database has at least so many accounts. ended tells how the import ends;
// only then may the output be read.
func importing(t *testing.T, db *store.DB, env []string, file string, until int) (process *os.Process, ended <-chan error, output *bytes.Buffer) {
	t.Helper()
	output = &bytes.Buffer{}
	c := command(t, t.TempDir(), env, "users", "import", file)
	c.Stdout, c.Stderr = output, output
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	end := make(chan error, 1)
	go func() { end <- c.Wait() }()
	limit := time.After(time.Minute)
	for count(t, db) < until {
		select {
		case err := <-end:
			t.Fatalf("it ended before %d were in: %v: %s", until, err, output)
		case <-limit:
			_ = c.Process.Kill() // the test has failed anyhow
			t.Fatalf("%d are not in after a minute", until)
		default:
		}
	}
	return c.Process, end, output
}

func TestImportThatIsKilledIsCompletedByTheNextOne(t *testing.T) {
	t.Parallel()
	const n = 20_000 // an import takes a thousand in milliseconds
	file := accounts(t, n)
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			url := kind.URL(t)
			db := testdb.OpenMigrated(t, url)
			env := []string{"LATCHKEY_DATABASE_URL=" + url}
			last := 0
			for _, until := range []int{1, 3100, 6100} {
				process, ended, output := importing(t, db, env, file, until)
				if err := process.Kill(); err != nil {
					t.Fatal(err)
				}
				if err := <-ended; err == nil {
					t.Fatalf("it had ended before it was killed: %s", output)
				}
				if last = count(t, db); last >= n {
					t.Fatalf("nothing was left to do after %d", until)
				}
			}
			output, err := command(t, t.TempDir(), env, "users", "import", file).Output()
			if want := fmt.Sprintf("%d added, 0 updated, %d left as they were, 0 refused\n", n-last, last); err != nil || string(output) != want {
				t.Errorf("%v: %q, want %q", err, output, want)
			}
			if got := count(t, db); got != n {
				t.Errorf("%d accounts, want %d", got, n)
			}
		})
	}
}

func TestImportThatIsInterruptedSaysWhatItHasDone(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	db := testdb.OpenMigrated(t, url)
	process, ended, output := importing(t, db, []string{"LATCHKEY_DATABASE_URL=" + url}, accounts(t, 20_000), 1)
	if err := process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; exitCode(err) != 1 {
		t.Errorf("ended with %v", err)
	}
	want := fmt.Sprintf("%d added, 0 updated, 0 left as they were, 0 refused\n", count(t, db))
	if !strings.Contains(output.String(), want) || !strings.Contains(output.String(), "latchkey: interrupted: run it again for the rest\n") {
		t.Errorf("got %q, want %q", output, want)
	}
}

func TestImportThatLosesItsDatabaseIsCompletedByTheNextOne(t *testing.T) {
	t.Parallel()
	const n = 3000
	url, file := testdb.MariaDB(t), accounts(t, n)
	db := testdb.OpenMigrated(t, url)
	gate := testdb.NewGate(t, url)
	gate.Open()
	gate.CutAt("user1700@example.org") // once when it is looked up, and once when it is written
	env := []string{"LATCHKEY_DATABASE_URL=" + gate.URL}
	output, err := command(t, t.TempDir(), env, "users", "import", file).CombinedOutput()
	if done := count(t, db); err == nil || done == 0 || done == n || !strings.Contains(string(output), fmt.Sprintf("%d added", done)) || !strings.Contains(string(output), "run it again") {
		t.Errorf("%v: %s", err, output)
	}
	gate.CutAt("")
	if output, err := command(t, t.TempDir(), env, "users", "import", file).CombinedOutput(); err != nil || count(t, db) != n {
		t.Errorf("%v: %s", err, output)
	}
}

// The server goes on meanwhile: people sign up, and who has come in logs in.
func TestImportBesideARunningServer(t *testing.T) {
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			url := kind.URL(t)
			env := []string{"LATCHKEY_DATABASE_URL=" + url}
			server := serve(t, t.TempDir(), env...)
			db := testdb.Open(t, url)
			_, ended, output := importing(t, db, env, accounts(t, 5000), 1)
			for i := 0; ; i++ {
				if got := signUp(t, server.url, fmt.Sprintf("ada%d", i)); got != signedUp {
					t.Fatal(got)
				}
				select {
				case err := <-ended:
					if err != nil || !strings.HasPrefix(output.String(), "5000 added") {
						t.Errorf("%v: %s", err, output)
					}
					const logIn = `mutation { login(input: {identifier: "user4999@example.org", password: "correct horse"}) { user { name createdAt } } }`
					if got := post(t, server.url, logIn); got != `{"data":{"login":{"user":{"name":"User 4999","createdAt":"2020-01-02T03:04:05.000Z"}}}}` {
						t.Error(got)
					}
					return
				default:
				}
			}
		})
	}
}

// Not even in a file beside the database, while the import still runs.
func TestImportedPasswordsInClearAreNeverOnDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url := "sqlite:" + filepath.Join(dir, "latchkey.db")
	db := testdb.OpenMigrated(t, url)
	file := writeFile(t, strings.Repeat(`{"username":"ada","password":"hunter2-SECRET"}`+"\n", 3)+`{"username":"bob"}`+strings.Repeat("\n"+`{"username":"x","password":"hunter2-SECRET"}`, 60))
	c := command(t, dir, []string{"LATCHKEY_DATABASE_URL=" + url, "TMPDIR=" + dir}, "users", "import", file)
	output, _ := c.CombinedOutput()
	if c.ProcessState.ExitCode() != 1 || count(t, db) != 1 || bytes.Contains(output, []byte("SECRET")) {
		t.Fatalf("%s", output)
	}
	searched := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		searched += len(text)
		if bytes.Contains(text, []byte("SECRET")) {
			t.Errorf("%s has it", entry.Name())
		}
		return err
	})
	if err != nil || searched == 0 {
		t.Errorf("%d bytes searched: %v", searched, err)
	}
}

func TestImportShowsHowFarItIsOnATerminal(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	testdb.OpenMigrated(t, url)
	env := []string{"LATCHKEY_DATABASE_URL=" + url}
	file := writeFile(t, `{"username":"ada","password":"x"}`+"\n"+`{"username":"no","password":"x"}`+"\n")
	if output, _ := command(t, t.TempDir(), env, "users", "import", "--dry-run", file).CombinedOutput(); bytes.ContainsAny(output, "%\r") {
		t.Errorf("nobody looks on: %q", output)
	}
	c := exec.CommandContext(t.Context(), "script", "-qec", "stty cols 80; "+binary+" users import "+file, "/dev/null")
	c.Env = append([]string{"TERM=xterm", "PATH=" + os.Getenv("PATH")}, env...)
	output, _ := c.CombinedOutput()
	if !bytes.Contains(output, []byte("100.00%")) || !bytes.Contains(output, []byte("\x1b[Kline 2: username: ")) || !bytes.Contains(output, []byte("1 added")) ||
		bytes.Contains(output, []byte("msg=audit")) { // events would only be in the way
		t.Errorf("got %q", output)
	}
}

package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestUsersExportHasWhatTheImportTakes(t *testing.T) {
	t.Parallel()
	a := newAccounts(t)
	a.must("correct horse battery", "create", "--email=ada@example.org", "--username=ada", "--name=Ada <&> \"Lovelace\"", "--role=ADMIN")
	a.now = noon.Add(time.Hour)
	a.must("correct horse battery", "create", "--username=bob", "--disabled")
	const bob = `{"username":"bob","role":"USER","disabled":true,"createdAt":"2026-11-22T13:00:00.000Z"}` + "\n"
	const ada = `{"email":"ada@example.org","username":"ada","name":"Ada <&> \"Lovelace\"","role":"ADMIN","disabled":false,"createdAt":"2026-11-22T12:00:00.000Z"}` + "\n"
	for args, want := range map[string]string{"": bob + ada, "-": bob + ada, "--role=ADMIN": ada, "--text=b": bob, "--text=x": ""} {
		if got := a.must("", append([]string{"export"}, strings.Fields(args)...)...); got != want {
			t.Errorf("%s printed\n%s", args, got)
		}
	}
	file := filepath.Join(t.TempDir(), "accounts.ndjson")
	if got := a.must("", "export", "--with-hashes", file); got != "exported 2 to "+file+"\n" {
		t.Errorf("printed %q", got)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	hash := regexp.MustCompile(`,"passwordHash":"\$argon2id\$v=19\$m=19456,t=2,p=1\$[^"]+"}`)
	if got := hash.ReplaceAllString(string(text), "}"); got != bob+ada || len(hash.FindAll(text, -1)) != 2 {
		t.Errorf("the file has\n%s", text)
	}
}

// Who else is on the machine must not get the hashes, and no file that was there is lost.
func TestExportMakesANewFileForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	a := newAccounts(t)
	a.fill(3)
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("there"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"link": "there", "dangling": "elsewhere"} {
		if err := os.Symlink(in(to), in(link)); err != nil {
			t.Fatal(err)
		}
	}
	a.fails(2, []string{"export", "--with-hashes"}, "--with-hashes takes a file")
	a.fails(2, []string{"export", "--with-hashes", "-"}, "--with-hashes takes a file")
	a.fails(2, []string{"export", ""}, "the file has no name")
	for _, name := range []string{"there", "link", "dangling", "."} {
		a.fails(1, []string{"export", "--with-hashes", in(name)}, in(name)+" exists already")
	}
	a.fails(1, []string{"export", "--with-hashes", "/dev/stdout"}, "exists already")
	a.fails(1, []string{"export", in("no such directory/file")}, "no such file or directory")
	a.fails(1, []string{"export", "/proc/accounts"}, "/proc/accounts") // where nobody can write, not even root

	for _, flags := range [][]string{{"--with-hashes"}, nil} {
		a.must("", append([]string{"export", in("made")}, flags...)...)
		info, err := os.Stat(in("made"))
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		if err := os.Remove(in("made")); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(in("there")); err != nil || string(text) != "mine" {
		t.Errorf("the file that was there has %q, %v", text, err)
	}
	left, err := filepath.Glob(in("*"))
	if err != nil || len(left) != 3 {
		t.Errorf("left are %v, %v", left, err)
	}
}

package cli_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"latchkey/internal/keys"
	"latchkey/internal/testdb"
)

// keysOf is a database and its keys, as after the first start of a server, and the flags that lead there.
func keysOf(t *testing.T) (first string, flags []string) {
	t.Helper()
	url, dir := testdb.SQLite(t), filepath.Join(t.TempDir(), "keys")
	ring, err := keys.Open(t.Context(), keys.Config{
		DB: testdb.OpenMigrated(t, url), Dir: dir, Algorithm: "ES256", Now: func() time.Time { return noon },
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return ring.Signing().ID, []string{"--database-url=" + url, "--keys-dir=" + dir}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	first, flags := keysOf(t)
	made := ""
	for _, step := range []struct {
		at             time.Duration // since noon
		command        string
		code           int
		stdout, stderr string // regular expressions, in which FIRST and MADE are keys
	}{
		{0, "list", 0, `^KID +ALG +CREATED +STATE\nFIRST +ES256 +2026-11-22T12:00:00Z +signs\nrefresh +HS256 +2026-11-22T12:00:00Z +refresh tokens\n$`, `^$`},
		{0, "remove FIRST", 1, `^$`, `^latchkey: FIRST signs: run .latchkey keys rotate --now. first\n$`},
		{time.Minute, "rotate --jwt-alg=EdDSA", 0, `^made MADE \(EdDSA\): published now, signs from 2026-11-22T12:11:05Z on\n` +
			`FIRST verifies its tokens until 2026-11-22T12:26:40Z; then run: latchkey keys remove FIRST\nback up \S+; .*\n$`, `^$`},
		{time.Minute, "list", 0, `FIRST +ES256 +\S+ +signs\nMADE +EdDSA +2026-11-22T12:01:00Z +signs from 2026-11-22T12:11:05Z\nrefresh `, `^$`},
		{12 * time.Minute, "remove FIRST", 1, `^$`, `^latchkey: tokens of FIRST may live until 2026-11-22T12:26:40Z: .*--now.*\n$`},
		{12 * time.Minute, "list", 0, `FIRST +ES256 +\S+ +verifies until 2026-11-22T12:26:40Z\nMADE +EdDSA +\S+ +signs\nrefresh `, `^$`},
		{30 * time.Minute, "list", 0, `FIRST +ES256 +\S+ +can be removed\n`, `^$`},
		{30 * time.Minute, "remove FIRST", 0, `^removed FIRST: .*10 minutes.*cache the public keys\n$`, `^$`},
		{30 * time.Minute, "remove FIRST", 1, `^$`, `^latchkey: no key FIRST is recorded in this database\n$`},
		{30 * time.Minute, "remove MADE --now", 1, `^$`, `^latchkey: MADE signs: .*\n$`},
		{30 * time.Minute, "remove refresh", 1, `^$`, `^latchkey: .*every refresh token is refused.*--now.*\n$`},
		{30 * time.Minute, "remove refresh --now", 0, `^replaced the key of the refresh tokens: .*refuse all.*\n$`, `^$`},
		{time.Hour, "rotate --now", 0, `^made \S+ \(ES256\): published now, signs from now on\nMADE verifies .*\nback up .*\n$`, `^$`},
	} {
		r := runAt(t, noon.Add(step.at), nil, append(flags, strings.Fields(strings.NewReplacer("FIRST", first, "MADE", made).Replace("keys "+step.command))...)...)
		if r.code != step.code || r.served != nil {
			t.Errorf("%s: code %d, want %d", step.command, r.code, step.code)
		}
		if _, rest, found := strings.Cut(r.stdout, "made "); found && made == "" {
			made, _, _ = strings.Cut(rest, " ")
		}
		names := strings.NewReplacer("FIRST", first, "MADE", made)
		if !regexp.MustCompile(names.Replace(step.stdout)).MatchString(r.stdout) || !regexp.MustCompile(names.Replace(step.stderr)).MatchString(r.stderr) {
			t.Errorf("%s printed %q and %q, want %s and %s", step.command, r.stdout, r.stderr, names.Replace(step.stdout), names.Replace(step.stderr))
		}
	}
}

func TestKeysListTellsWhatIsMissingAndWhatIsNoKey(t *testing.T) {
	t.Parallel()
	first, flags := keysOf(t)
	dir := strings.TrimPrefix(flags[1], "--keys-dir=")
	for _, name := range []string{"signing.pem", "refresh.pem"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := run(t, nil, append(flags, "keys", "list")...)
	want := regexp.MustCompile(first + ` +\? +\S+ +signs, missing from ` + dir + `\nrefresh +HS256 +\S+ +refresh tokens, missing from ` + dir + `\n$`)
	if r.code != 1 || !want.MatchString(r.stdout) {
		t.Errorf("code %d, stdout %q", r.code, r.stdout)
	}
	r.complains(t, filepath.Join(dir, "signing.pem"), filepath.Join(dir, "refresh.pem"))
}

func TestKeysNeedAMigratedDatabase(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"list", "rotate", "remove refresh"} {
		args := append([]string{"keys"}, strings.Fields(command)...)
		missing := run(t, nil, append(args, "--database-url="+testdb.SQLite(t))...)
		empty := testdb.SQLite(t)
		testdb.Open(t, empty)
		r := run(t, nil, append(args, "--database-url="+empty)...)
		if missing.code != 1 || r.code != 1 || r.stdout != "" {
			t.Errorf("%s: codes %d and %d, stdout %q", command, missing.code, r.code, r.stdout)
		}
		missing.complains(t, "there is no database at")
		r.complains(t, "latchkey migrate up")
	}
}

func TestKeysCalledWrongly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ args, want string }{
		"no command":                {"keys", "rotate"},
		"an unknown command":        {"keys make", "make"},
		"nothing to remove":         {"keys remove", "id"},
		"two keys to remove":        {"keys remove a b", "b"},
		"an id that looks a flag":   {"keys remove -abc", "-a"},
		"a list of something":       {"keys list a", "a"},
		"a flag of another command": {"keys list --now", "--now"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, nil, strings.Fields(c.args)...).misused(t, c.want)
		})
	}
	t.Run("but a key with such an id can be named", func(t *testing.T) {
		t.Parallel()
		_, flags := keysOf(t)
		r := run(t, nil, append(flags, "keys", "remove", "--now", "--", "-abc")...)
		r.complains(t, "no key -abc is recorded")
	})
}

package cli_test

import (
	"errors"
	"strings"
	"testing"
)

func TestUsersCreate(t *testing.T) {
	t.Parallel()
	a := newAccounts(t)
	got := a.must("correct horse battery\n", "create", "--email", " Ada@Example.org", "--name=Ada Lovelace", "--role=ADMIN")
	_, rest, _ := strings.Cut(got, "\n")
	const want = `EMAIL     ada@example.org
USERNAME  -
NAME      Ada Lovelace
ROLE      ADMIN
STATE     enabled
CREATED   2026-11-22T12:00:00Z
UPDATED   2026-11-22T12:00:00Z
`
	if !strings.HasPrefix(got, "ID        0") || rest != want {
		t.Errorf("printed:\n%s", got)
	}
	if shown := a.must("", "show", "ADA@example.org"); shown != got {
		t.Errorf("shows:\n%s", shown)
	}
	bob := object(t, a.must("correct horse battery", "create", "--username=bob", "--disabled", "--json"))
	for field, want := range map[string]any{
		"email": nil, "username": "bob", "name": nil, "role": "USER", "disabled": true,
		"createdAt": "2026-11-22T12:00:00.000Z", "updatedAt": "2026-11-22T12:00:00.000Z",
	} {
		if bob[field] != want {
			t.Errorf("%s is %v", field, bob[field])
		}
	}
}

func TestUsersCreateTellsAllThatIsWrong(t *testing.T) {
	t.Parallel()
	a := newAccounts(t)
	a.must("correct horse battery", "create", "--email=ada@example.org", "--username=ada")
	const fine = "correct horse battery"
	for name, c := range map[string]struct{ stdin, args, want string }{
		"not an address":       {fine, "--email=nope", "latchkey: --email: This is not an e-mail address.\n"},
		"everything":           {"short", "--email=nope --username=x --name=\u202e", "latchkey: --email: This is not an e-mail address. --username: The username is too short. The least is 3. --name: The name contains characters that are not text. password: The password is too short. The least is 8.\n"},
		"nothing":              {fine, "", "latchkey: --email: An e-mail address or a username is needed.\n"},
		"another's address":    {fine, "--email=ADA@example.org", "latchkey: --email: Another account has this e-mail address.\n"},
		"another's name":       {fine, "--username=ada", "latchkey: --username: Another account has this username.\n"},
		"a weak password":      {"1234567\nfine though this is", "--username=bob", "latchkey: password: The password is too short. The least is 8.\n"},
		"a common password":    {"password1", "--username=bob", "latchkey: password: Too many people have this password.\n"},
		"a blocked word":       {"the latch goes click", "--username=bob --password-words=latch", "latchkey: password: The password contains a word that is easy to guess here.\n"},
		"a boundless password": {strings.Repeat("x", 1<<20), "--username=bob", "latchkey: password: The password is too long. The most is 256.\n"},
		"no password":          {"", "--username=bob", "latchkey: the password is missing: it is the first line of standard input\n"},
		"a byte order mark":    {"\ufeff" + fine, "--username=bob", "latchkey: the password begins with a byte order mark: save the file without one\n"},
		"an empty line":        {"\r\n" + fine, "--username=bob", "latchkey: the password is missing: it is the first line of standard input\n"},
	} {
		r := a.run(c.stdin, append([]string{"create"}, strings.Fields(c.args)...)...)
		if r.code != 1 || r.stdout != "" || r.stderr != c.want {
			t.Errorf("%s: code %d, printed %q and %q", name, r.code, r.stdout, r.stderr)
		}
	}
	if got := strings.Count(a.must("", "list", "--json"), "\n"); got != 1 {
		t.Errorf("there are %d accounts", got)
	}
}

func TestInputThatBreaksOffIsNoPassword(t *testing.T) {
	t.Parallel()
	a := newAccounts(t)
	r := runWith(t, &broken{text: "correct horse"}, noon, nil, "users", "create", "--username=ada", "--database-url="+a.url)
	if r.code != 1 || r.stdout != "" {
		t.Errorf("code %d, printed %q", r.code, r.stdout)
	}
	r.complains(t, "the disk is gone")
}

// broken is an input that fails after the text.
type broken struct{ text string }

func (b *broken) Read(into []byte) (int, error) {
	if b.text == "" {
		return 0, errors.New("the disk is gone")
	}
	n := copy(into, b.text)
	b.text = b.text[n:]
	return n, nil
}

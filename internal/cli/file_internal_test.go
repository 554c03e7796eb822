package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFileHasItsNameOnlyOnceItIsComplete(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "accounts")
	names := func() (names string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			names += entry.Name() + " "
		}
		return names
	}
	err := createFile(path, func(out io.Writer) error {
		if got := names(); !strings.HasPrefix(got, "accounts.partial-") {
			t.Errorf("while it is written there is %q", got)
		}
		fmt.Fprint(out, strings.Repeat("x", 1<<20)) //nolint:errcheck // the next line fails
		return errors.New("the database is away")
	})
	if err == nil || names() != "" {
		t.Errorf("after %v there is %q", err, names())
	}
	err = createFile(path, func(io.Writer) error { return os.WriteFile(path, []byte("mine"), 0o600) }) // someone else, meanwhile
	text, _ := os.ReadFile(path)
	if err == nil || !strings.Contains(err.Error(), "exists already") || string(text) != "mine" || names() != "accounts " {
		t.Errorf("%v, %q, %q", err, text, names())
	}
}

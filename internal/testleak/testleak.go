// Package testleak finds secrets where they must not be. The harnesses of the tests tell it what goes through them: out of that it learns
// every password, token, hash and key that is used, and searches the logs, the answers that are errors, and what commands print.
//
// Secrets are known to the whole test binary: a password of one test is as bad in another's log. What is searched belongs to a test, and
// fails that one:
//
//   - Client sends requests, learns from them and their answers, and searches the answers. Handler does the same without a connection.
//   - Server searches a server's log at the end of the test, once it knows the rows of its database and the files of its keys.
//   - Command searches what a command has printed; Log and Text anything else.
//   - Secret and PEM tell of what can't be seen from there.
//
// Only tests import it.
package testleak

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Log searches what log returns at the end of the test. Call it before the cleanup that ends whoever writes to it is registered.
func Log(t testing.TB, log func() string) {
	t.Helper()
	t.Cleanup(func() { Text(t, "the log", log()) })
}

// Server is Log for a server on a database, with a directory of keys; "" for none of either. What can't be read any more is left out.
func Server(t testing.TB, log func() string, databaseURL, keysDir string) {
	t.Helper()
	learnURL(databaseURL)
	t.Cleanup(func() {
		learnRows(databaseURL)
		learnKeys(keysDir)
		Text(t, "the log", log())
	})
}

// Command searches what a command has printed. No command prints secrets: an export writes hashes into files only.
func Command(t testing.TB, databaseURL, stdout, stderr string) {
	t.Helper()
	learnURL(databaseURL)
	learnRows(databaseURL)
	Text(t, "standard output", stdout)
	Text(t, "standard error", stderr)
}

// Typed learns what went into a command that was called with args: the password that it asks for, or a file that it imports.
func Typed(args []string, stdin string) {
	if slices.Contains(args, "import") {
		known.learnBody(stdin)
		return
	}
	for line := range strings.Lines(stdin) {
		Secret("a password", strings.TrimRight(line, "\r\n"))
	}
}

// Text searches one text at once.
func Text(t testing.TB, where, text string) {
	t.Helper()
	for _, found := range known.find(text) {
		t.Errorf("%s has %s: %s", where, found.kind, around(text, found.at))
	}
}

// around is the line in which something was found, or some of it.
func around(text string, at int) string {
	const some = 200
	start := max(strings.LastIndexByte(text[:at], '\n')+1, at-some)
	end := at + some
	if line := strings.IndexByte(text[at:], '\n'); line >= 0 {
		end = at + line
	}
	return fmt.Sprintf("%q", text[start:min(end, at+some, len(text))])
}

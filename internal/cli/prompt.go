package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxLine bounds a line of standard input, in bytes. A password that is cut off there is still too long for the policy.
const maxLine = 4096

// sparePassword replaces what kong says about a password among the arguments: it may repeat it, or take it for a yes or no.
func sparePassword(args []string, err error) error {
	for _, arg := range args {
		value := strings.HasPrefix(arg, "--password=")
		if arg == "--password" && err != nil {
			value = strings.HasPrefix(err.Error(), "unexpected argument ") || strings.HasPrefix(err.Error(), "unknown flag --password,")
		}
		if value {
			return errors.New("--password takes no value, which others could see: the password is asked for, or is the first line of standard input")
		}
	}
	return err
}

// newPassword returns the password for an account: asked for twice on a terminal, else the first line of standard input as it is.
func (h *host) newPassword(ctx context.Context) (string, error) {
	if _, person := h.terminal(); !person {
		line, err := unlessDone(ctx, func() (string, error) { return readLine(h.stdin) })
		switch {
		case err != nil:
		case line == "":
			err = errors.New("the password is missing: it is the first line of standard input")
		case strings.HasPrefix(line, "\ufeff"): // nobody would type it at log-in
			err = errors.New("the password begins with a byte order mark: save the file without one")
		}
		return line, err
	}
	chosen, err := h.askPassword(ctx, "Password: ")
	if err != nil {
		return "", err
	}
	if chosen == "" {
		return "", errors.New("no password was given")
	}
	again, err := h.askPassword(ctx, "The same again: ")
	if err == nil && again != chosen {
		err = errors.New("these were two different passwords")
	}
	return chosen, err
}

// terminal returns the file descriptor of standard input, if a person sits there.
func (h *host) terminal() (fd int, person bool) {
	file, isFile := h.stdin.(*os.File)
	if !isFile {
		return 0, false
	}
	fd = int(file.Fd())
	return fd, term.IsTerminal(fd)
}

// askPassword asks on stderr, where it does not get into what is piped on, and does not show the answer.
func (h *host) askPassword(ctx context.Context, prompt string) (string, error) {
	fd, _ := h.terminal()
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	fmt.Fprint(h.stderr, prompt) //nolint:errcheck // then a person waits in vain, and ends it
	answer, err := unlessDone(ctx, func() (string, error) {
		line, err := term.ReadPassword(fd)
		return string(line), err
	})
	fmt.Fprintln(h.stderr) //nolint:errcheck // only looks better
	if ctx.Err() != nil {  // the reader still waits; without this the terminal would not show what is typed any more
		err = errors.Join(err, term.Restore(fd, before))
	}
	return answer, err
}

// readLine reads up to the end of a line, and nothing that follows: other commands may share the input. The last line need not end.
func readLine(from io.Reader) (string, error) {
	var line []byte
	for one := make([]byte, 1); len(line) < maxLine; {
		switch n, err := from.Read(one); {
		case n == 1 && one[0] == '\n':
			return strings.TrimSuffix(string(line), "\r"), nil
		case n == 1:
			line = append(line, one[0])
		case errors.Is(err, io.EOF):
			return string(line), nil
		case err != nil:
			return "", err
		}
	}
	return string(line), nil
}

// unlessDone returns what read does, or an error once ctx is done: a read of standard input can't be broken off.
func unlessDone(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		line, err := read()
		done <- result{line, err}
	}()
	select {
	case r := <-done:
		return r.line, r.err
	case <-ctx.Done():
		return "", errors.New("interrupted")
	}
}

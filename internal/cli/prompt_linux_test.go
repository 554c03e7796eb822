package cli_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"latchkey/internal/cli"
)

// terminal is one end of a new terminal: what a person types and sees. A program has the other end.
type terminal struct {
	t       *testing.T
	person  *os.File
	program *os.File
	seen    string
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal can be made here: %v", err)
	}
	t.Cleanup(func() { person.Close() }) //nolint:errcheck // gone with the test
	unlocked, number := 0, 0
	control(t, person, syscall.TIOCSPTLCK, unsafe.Pointer(&unlocked))
	control(t, person, syscall.TIOCGPTN, unsafe.Pointer(&number))
	program, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() }) //nolint:errcheck // gone with the test
	return &terminal{t: t, person: person, program: program}
}

func control(t *testing.T, file *os.File, request uintptr, value unsafe.Pointer) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), request, uintptr(value)); errno != 0 {
		t.Fatal(errno)
	}
}

// await reads until the person has seen the text.
func (x *terminal) await(text string) {
	x.t.Helper()
	from, some := len(x.seen), make([]byte, 4096)
	for !strings.Contains(x.seen[from:], text) {
		n, err := x.person.Read(some)
		if err != nil {
			x.t.Fatalf("%v after %q", err, x.seen)
		}
		x.seen += string(some[:n])
	}
}

func (x *terminal) typeKeys(keys string) {
	x.t.Helper()
	if _, err := x.person.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// answer types what must not be shown, once it will not be.
func (x *terminal) answer(prompt, keys string) {
	x.t.Helper()
	x.await(prompt)
	x.awaitHidden()
	x.typeKeys(keys)
}

// echoes tells whether what is typed is shown.
func (x *terminal) echoes() bool {
	var state syscall.Termios
	control(x.t, x.program, syscall.TCGETS, unsafe.Pointer(&state))
	return state.Lflag&syscall.ECHO != 0
}

// awaitHidden returns once nothing that is typed is shown.
func (x *terminal) awaitHidden() {
	for x.echoes() {
		runtime.Gosched()
	}
}

// start runs `latchkey users` on the terminal. The exit code comes once it has ended.
func (x *terminal) start(ctx context.Context, a *accounts, args ...string) <-chan int {
	code := make(chan int, 1)
	go func() {
		args := append([]string{"users", "--database-url=" + a.url}, args...)
		code <- cli.Main(ctx, args, x.program, x.program, x.program, nil, "", func() time.Time { return noon })
	}()
	return code
}

func TestPasswordIsAskedForTwiceAndNotShown(t *testing.T) {
	t.Parallel()
	a, x := newAccounts(t), newTerminal(t)
	for _, c := range []struct {
		command, first, second, sees string
		code                         int
	}{
		{"create --username ada", "correct horse battery", "correct horse", "two different passwords", 1},
		{"create --username ada", " correct horse battery", " correct horse battery", "USERNAME  ada", 0},
		{"update ada --password", "another horse battery", "another horse battery", "USER, enabled", 0},
	} {
		code := x.start(t.Context(), a, strings.Fields(c.command)...)
		x.answer("Password: ", c.first+"\n")
		x.answer("The same again: ", c.second+"\n")
		x.await(c.sees)
		if got := <-code; got != c.code || !x.echoes() {
			t.Errorf("%s: code %d, echo %v", c.command, got, x.echoes())
		}
	}
	if strings.Contains(x.seen, "horse") {
		t.Errorf("the password is on the screen: %q", x.seen)
	}
	if !isPassword(t, a.url, "another horse battery") {
		t.Error("the password is another one")
	}
}

func TestInterruptedPromptLeavesTheTerminalAsItWas(t *testing.T) {
	t.Parallel()
	a, x := newAccounts(t), newTerminal(t)
	ctx, interrupt := context.WithCancel(t.Context())
	code := x.start(ctx, a, "create", "--username=ada")
	x.await("Password: ")
	x.awaitHidden()
	interrupt()
	x.await("latchkey: interrupted")
	if got := <-code; got != 1 || !x.echoes() {
		t.Errorf("code %d, echo %v", got, x.echoes())
	}
	x.typeKeys("\n") // ends the read that is still under way
}

func TestNoPasswordGiven(t *testing.T) {
	t.Parallel()
	a, x := newAccounts(t), newTerminal(t)
	code := x.start(t.Context(), a, "create", "--username=ada")
	x.answer("Password: ", "\n")
	x.await("latchkey: no password was given")
	if got := <-code; got != 1 {
		t.Errorf("code %d", got)
	}
}

func TestDeleteAsksAPerson(t *testing.T) {
	t.Parallel()
	a, x := newAccounts(t), newTerminal(t)
	a.must("correct horse battery", "create", "--username=ada")
	a.must("correct horse battery", "create", "--email=bob@example.org", "--username=bob")
	for _, c := range []struct {
		args, asks, answer, sees string
		code                     int
	}{
		{"ada bob", "Delete ada, bob@example.org? [y/N] ", "", "nothing was deleted", 1},
		{"ada", "Delete ada? [y/N] ", "no", "nothing was deleted", 1},
		{"ada", "Delete ada? [y/N] ", " Yes ", "deleted 0", 0},
		{"bob --yes", "", "", "deleted 0", 0},
	} {
		code := x.start(t.Context(), a, append([]string{"delete"}, strings.Fields(c.args)...)...)
		if c.asks != "" {
			x.await(c.asks)
			x.typeKeys(c.answer + "\n")
		}
		x.await(c.sees)
		if got := <-code; got != c.code {
			t.Errorf("%s: code %d", c.args, got)
		}
	}
}

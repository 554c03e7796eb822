package main_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/internal/testleak"
)

// latchkey is a command of the binary. What it prints is searched for secrets.
type latchkey struct {
	*exec.Cmd
	t testing.TB
}

// command will run the binary in dir, with these variables and no others.
func command(t testing.TB, dir string, env []string, args ...string) *latchkey {
	t.Helper()
	c := exec.CommandContext(t.Context(), binary, args...)
	c.Dir = dir
	c.Env = env
	return &latchkey{c, t}
}

// Output is that of exec.Cmd.
func (l *latchkey) Output() ([]byte, error) {
	l.t.Helper()
	output, err := l.Cmd.Output()
	testleak.Command(l.t, l.database(), string(output), "")
	return output, err
}

// CombinedOutput is that of exec.Cmd.
func (l *latchkey) CombinedOutput() ([]byte, error) {
	l.t.Helper()
	output, err := l.Cmd.CombinedOutput()
	testleak.Command(l.t, l.database(), string(output), "")
	return output, err
}

// database is the address of its database.
func (l *latchkey) database() string {
	return l.setting("LATCHKEY_DATABASE_URL", "sqlite:"+filepath.Join(l.Dir, "data", "latchkey.db"))
}

// keysDir is where its keys are.
func (l *latchkey) keysDir() string {
	return l.setting("LATCHKEY_KEYS_DIR", filepath.Join(l.Dir, "data", "keys"))
}

func (l *latchkey) setting(variable, otherwise string) string {
	for _, setting := range l.Env {
		if value, found := strings.CutPrefix(setting, variable+"="); found {
			return value
		}
	}
	return otherwise
}

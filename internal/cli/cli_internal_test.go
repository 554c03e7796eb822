package cli

import (
	"log/slog"
	"os"
	"testing"

	"latchkey/internal/config"
)

func TestLogFormatAuto(t *testing.T) {
	t.Parallel()
	logger := func(file *os.File) slog.Handler {
		return newLogger(config.Config{LogFormat: "auto", LogLevel: "info"}, file, isTerminal(file)).Handler()
	}
	t.Run("is text on a terminal", func(t *testing.T) {
		t.Parallel()
		terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0) // one end of a new terminal
		if err != nil {
			t.Skipf("no terminal can be made here: %v", err)
		}
		defer terminal.Close() //nolint:errcheck // nothing was written
		if got, ok := logger(terminal).(*slog.TextHandler); !ok {
			t.Errorf("got %T", got)
		}
	})
	t.Run("is JSON in a file", func(t *testing.T) {
		t.Parallel()
		file, err := os.Create(t.TempDir() + "/log")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close() //nolint:errcheck // nothing was written
		if got, ok := logger(file).(*slog.JSONHandler); !ok {
			t.Errorf("got %T", got)
		}
	})
}

package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"

	"golang.org/x/term"

	"latchkey/internal/config"
)

type serveCommand struct{}

// Run serves until ctx is done.
func (serveCommand) Run(ctx context.Context, h *host) error {
	log := newLines(h.stderr)
	defer log.Close() //nolint:errcheck // it never fails
	handler := newLogger(h.config, log, isTerminal(h.stderr)).Handler()
	return h.serve(ctx, h.config, slog.New(kept{handler, log}))
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(h *host) error {
	_, err := fmt.Fprintln(h.stdout, version())
	return err
}

// newLogger writes to w, in text for a person who looks on.
func newLogger(c config.Config, w io.Writer, watched bool) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level()}
	if c.LogFormat == "text" || (c.LogFormat == "auto" && watched) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// isTerminal tells whether a person looks on.
func isTerminal(w io.Writer) bool {
	file, isFile := w.(*os.File)
	return isFile && term.IsTerminal(int(file.Fd()))
}

// version is what the Go toolchain recorded about this build.
func version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "latchkey (unknown version)"
	}
	return "latchkey " + build.Main.Version + " " + build.GoVersion
}

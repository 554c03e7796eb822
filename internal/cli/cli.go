// Package cli is the command line: the flags, and the operator's commands.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"latchkey/internal/config"
	"latchkey/internal/store"
)

// Serve runs a server until ctx is done. It is server.Run; main passes it, so that this package need not know the server.
type Serve func(ctx context.Context, c config.Config, log *slog.Logger) error

// commands is what kong parses: the flags, which all commands share, and the commands.
type commands struct {
	config.Config `embed:""`

	Serve   struct{} `cmd:"" default:"1" help:"Serve GraphQL. What latchkey does when no command is given."`
	Migrate struct {
		Up     struct{} `cmd:"" help:"Apply all pending migrations."`
		Down   struct{} `cmd:"" help:"Take back the last migration. What it added is lost: back up first."`
		Status struct{} `cmd:"" help:"List the migrations."`
	} `cmd:"" help:"Change the database's schema."`
	Users   usersCommands `cmd:"" help:"Change accounts."`
	Keys    keysCommands  `cmd:"" help:"Change the keys. Servers notice within 5 seconds."`
	Version struct{}      `cmd:"" help:"Print the version."`
}

// Exit codes, beside 0.
const (
	failed = 1
	misuse = 2
)

// Main runs the command in args and returns the exit code: 0, 1 after a failure, 2 for what was called wrongly. Either is
// explained by one line on stderr. now is the clock of the commands; a server has its own.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer, serve Serve, now func() time.Time) int {
	var c commands
	exited := false
	parser, err := kong.New(&c,
		kong.Name("latchkey"),
		kong.Description("A self-hosted authentication API that speaks GraphQL. Every flag can be set with its variable."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { exited = true }), // after --help
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return complain(stderr, misuse, err)
	}
	parsed, err := parser.Parse(args)
	if exited {
		return 0
	}
	if err == nil {
		err = c.Check()
	}
	if err != nil {
		return complain(stderr, misuse, err)
	}
	if err := run(ctx, parsed.Command(), &c, stdout, stderr, serve, now); err != nil {
		return complain(stderr, failed, err)
	}
	return 0
}

func complain(stderr io.Writer, code int, err error) int {
	line := strings.ReplaceAll(err.Error(), "\n", "; ") // joined errors come in several lines
	fmt.Fprintln(stderr, "latchkey:", line)             //nolint:errcheck // there is nowhere left to complain
	return code
}

func run(ctx context.Context, command string, c *commands, stdout, stderr io.Writer, serve Serve, now func() time.Time) error {
	switch command {
	case "serve":
		return serve(ctx, c.Config, newLogger(c.Config, stderr))
	case "version":
		_, err := fmt.Fprintln(stdout, version())
		return err
	}
	address, err := store.ParseURL(c.DatabaseURL)
	if err == nil && command != "migrate up" {
		err = address.Exists()
	}
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, address)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	switch command {
	case "migrate up":
		err = migrateUp(ctx, db, stdout)
	case "migrate down":
		err = migrateDown(ctx, db, stdout)
	case "migrate status":
		err = migrateStatus(ctx, db, stdout)
	case "keys list", "keys rotate", "keys remove <id>":
		if err = migrated(ctx, db); err == nil {
			err = c.Keys.run(ctx, command, c.Config, db, stdout, now)
		}
	case "users update <who>", "users delete <who>":
		if err = migrated(ctx, db); err == nil {
			err = c.Users.run(ctx, command, c.Config, db, stdout, now)
		}
	default:
		err = fmt.Errorf("no such command: %s", command)
	}
	if store.Unavailable(err) {
		err = fmt.Errorf("database: %w", err)
	}
	return errors.Join(err, db.Close())
}

// newLogger writes to w, in text for a person who looks on.
func newLogger(c config.Config, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level()}
	file, isFile := w.(*os.File)
	if c.LogFormat == "text" || (c.LogFormat == "auto" && isFile && term.IsTerminal(int(file.Fd()))) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// version is what the Go toolchain recorded about this build.
func version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "latchkey (unknown version)"
	}
	return "latchkey " + build.Main.Version + " " + build.GoVersion
}

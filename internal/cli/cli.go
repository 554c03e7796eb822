// Package cli is the command line: the flags, and the operator's commands.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"latchkey/internal/config"
)

// Serve runs a server until ctx is done. It is server.Run; main passes it, so that this package need not know the server.
type Serve func(ctx context.Context, c config.Config, log *slog.Logger) error

// commands is what kong parses: the flags, which all commands share, and the commands. Each one has its Run method.
type commands struct {
	config.Config `embed:""`

	Serve   serveCommand    `cmd:"" default:"1" help:"Serve GraphQL. What latchkey does when no command is given."`
	Migrate migrateCommands `cmd:"" help:"Change the database's schema."`
	Users   usersCommands   `cmd:"" help:"Make, list and change accounts."`
	Keys    keysCommands    `cmd:"" help:"Change the keys. Servers notice within 5 seconds."`
	Schema  schemaCommand   `cmd:"" help:"Print the GraphQL schema."`
	Version versionCommand  `cmd:"" help:"Print the version."`
}

// Exit codes, beside 0.
const (
	failed = 1
	misuse = 2
)

// Main runs the command in args and returns the exit code: 0, 1 after a failure, 2 for what was called wrongly. Either is
// explained by one line on stderr. schema is what clients speak to the server; now is the clock of the commands, a server has its own.
func Main(
	ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, serve Serve, schema string, now func() time.Time,
) int {
	var c commands
	exited := false
	parser, err := kong.New(&c,
		kong.Name("latchkey"),
		kong.Description("A self-hosted authentication API that speaks GraphQL. Every flag can be set with its variable."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { exited = true }), // after --help
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		return complain(stderr, misuse, err)
	}
	parsed, err := parser.Parse(args)
	if exited {
		return 0
	}
	if err = sparePassword(args, err); err == nil {
		err = c.Check()
	}
	if err != nil {
		return complain(stderr, misuse, err)
	}
	h := &host{config: c.Config, stdin: stdin, stdout: stdout, stderr: stderr, serve: serve, schema: schema, now: now}
	err = parsed.Run(h)
	var called misused
	switch {
	case errors.As(err, &called):
		return complain(stderr, misuse, err)
	case err != nil:
		return complain(stderr, failed, err)
	}
	return 0
}

// misused is the error of a command whose flags do not fit what they are about.
type misused struct{ error }

func complain(stderr io.Writer, code int, err error) int {
	line := strings.ReplaceAll(err.Error(), "\n", "; ") // joined errors come in several lines
	fmt.Fprintln(stderr, "latchkey:", line)             //nolint:errcheck // there is nowhere left to complain
	return code
}

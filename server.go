// Latchkey is a self-hosted authentication API that speaks GraphQL. See README.md.
package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"latchkey/internal/cli"
	"latchkey/internal/config"
	"latchkey/internal/server"
)

// operationLimit is far more than any operation takes while hashes do not queue up.
const operationLimit = 10 * time.Second

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	return cli.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, serve, time.Now)
}

func serve(ctx context.Context, c config.Config, log *slog.Logger) error {
	return server.Run(ctx, c, server.Host{Log: log, Now: time.Now, Timeout: operationLimit})
}

// Latchkey is a self-hosted authentication API that speaks GraphQL. See README.md.
package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"latchkey/graph"
	"latchkey/internal/cli"
	"latchkey/internal/config"
	"latchkey/internal/password"
	"latchkey/internal/server"
)

// operationLimit is far more than any operation takes, also while it waits for a hash (password.MaxWait).
const operationLimit = 10 * time.Second

// leaveNotice is as long as it takes to be asked three times, two seconds apart: HAProxy's defaults.
const leaveNotice = 7 * time.Second

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	return cli.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, serve, graph.Schema(), time.Now)
}

func serve(ctx context.Context, c config.Config, log *slog.Logger) error {
	// One more than there are cores. Hashes take all cores; with one place more, other requests wait for the kernel, which wakes
	// them at once, and not for Go's scheduler, which looks after them every 10 ms.
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	// The garbage collector counts this, which never becomes resident, and so runs once for some seven hashes, of 19 MiB each, and not
	// once for three.
	ballast := make([]byte, 64<<20)
	defer runtime.KeepAlive(&ballast)
	return server.Run(ctx, c, server.Host{Log: log, Now: time.Now, Timeout: operationLimit, Notice: leaveNotice, HashCost: password.Recommended})
}

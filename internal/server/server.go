// Package server puts the parts together and runs them. Read Run from top to bottom.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/graph"
	"latchkey/internal/auth"
	"latchkey/internal/config"
	"latchkey/internal/password"
	"latchkey/internal/requestid"
	"latchkey/internal/store"
	"latchkey/internal/token"
	"latchkey/web"
)

const (
	databaseWait = 30 * time.Second // for a database that starts at the same time as this server
	drainLimit   = 10 * time.Second // for requests in flight at the end
	headerLimit  = 10 * time.Second // for a client to say what it wants
	readLimit    = 30 * time.Second // and to say all of it
	writeLimit   = 30 * time.Second // and to read the answer
	idleLimit    = 2 * time.Minute  // between two requests on a connection
)

// Host is what a server takes from the world around it.
type Host struct {
	Log      *slog.Logger
	Now      func() time.Time
	Timeout  time.Duration  // for an operation; see graph.Options
	HashCost password.Cost  // of new passwords
	Ready    func(net.Addr) // called with the address once requests are accepted; may be nil
}

// Run serves until ctx is done, then lets requests in flight finish. It returns nil after an orderly end.
func Run(ctx context.Context, c config.Config, host Host) error {
	db, err := openDatabase(ctx, c, host.Log)
	if err != nil && ctx.Err() != nil {
		return nil // stopped while it waited for the database
	}
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // all that was committed is on disk

	ring, err := openKeys(ctx, c, db, host)
	if err != nil {
		return err
	}

	passwords := password.NewHasher(host.HashCost)
	passwords.MaxWait = host.Timeout / 2 // the rest is for the work
	rules := auth.New(auth.Config{
		DB:        db,
		Tokens:    token.New(ring, token.Config{Issuer: c.Issuer, Audience: c.Audience, Now: host.Now}),
		Passwords: passwords,
		Lifetimes: auth.Lifetimes{
			Access: c.AccessTTL, Idle: c.RefreshTTL, Session: c.SessionTTL, Grace: c.RefreshGrace,
		},
		Policy:     password.Policy{Min: c.PasswordMin, Words: c.Words()},
		OpenSignup: c.Signup == "open",
		IDs:        uuid.NewGenWithOptions(uuid.WithEpochFunc(host.Now)),
		Now:        host.Now,
	})
	mux := http.NewServeMux()
	mux.Handle("/graphql", graph.NewHandler(graph.Options{
		Auth: rules, Serving: ring.Serving, Introspection: c.Introspection, Origins: origins(c, host.Log), Timeout: host.Timeout,
		Now: host.Now, Log: host.Log,
	}))
	mux.Handle("GET /.well-known/jwks.json", jwks(ring))
	mux.HandleFunc("GET /healthz", healthz)
	mux.Handle("GET /readyz", readyz(db, ring))
	if c.Playground {
		mux.Handle("/", web.Handler())
	}

	tasks, err := background(c, host, db, ring, rules)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return err
	}
	defer start(ctx, tasks)() // stops them before the database is closed
	return serve(ctx, listener, requestid.Middleware(graph.Recovering(mux, host.Log), host.Log, host.Now), host, c.Playground)
}

// openDatabase returns a database that answers and, if that is wanted, is migrated.
func openDatabase(ctx context.Context, c config.Config, log *slog.Logger) (*store.DB, error) {
	address, err := store.ParseURL(c.DatabaseURL)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	err = db.Serve(ctx)
	if err == nil {
		err = db.Wait(ctx, databaseWait, log)
	}
	if err == nil {
		err = migrate(ctx, db, c.AutoMigrate, log)
	}
	if err != nil {
		return nil, fmt.Errorf("database: %w", errors.Join(err, db.Close()))
	}
	return db, nil
}

func migrate(ctx context.Context, db *store.DB, auto bool, log *slog.Logger) error {
	if !auto {
		if done, err := db.Migrated(ctx); err != nil || !done {
			log.Warn("migrations are pending: not ready until `latchkey migrate up` has run")
		}
		return nil
	}
	applied, err := db.MigrateUp(ctx)
	for _, migration := range applied {
		log.Info("applied a migration", "name", migration.Name)
	}
	return err
}

// serve answers on listener until ctx is done.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, host Host, playground bool) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerLimit,
		ReadTimeout:       readLimit,
		WriteTimeout:      readLimit + host.Timeout + writeLimit, // counts from the end of the header
		IdleTimeout:       idleLimit,
		ErrorLog:          slog.NewLogLogger(host.Log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	greet(host.Log, listener.Addr(), playground)
	if host.Ready != nil {
		host.Ready(listener.Addr())
	}

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	host.Log.Info("stopping")
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainLimit)
	defer cancel()
	if err := server.Shutdown(draining); err != nil {
		host.Log.Warn("requests that took too long were cut off")
		return server.Close()
	}
	host.Log.Info("stopped")
	return nil
}

// greet says where everything is, in one line.
func greet(log *slog.Logger, addr net.Addr, playground bool) {
	url := "http://" + addr.String()
	if tcp, ok := addr.(*net.TCPAddr); ok && (tcp.IP.IsUnspecified() || tcp.IP.IsLoopback()) {
		url = fmt.Sprintf("http://localhost:%d", tcp.Port)
	}
	if playground {
		log.Info("ready", "playground", url+"/", "graphql", url+"/graphql")
	} else {
		log.Info("ready", "graphql", url+"/graphql")
	}
}

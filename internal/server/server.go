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
	"latchkey/internal/audit"
	"latchkey/internal/auth"
	"latchkey/internal/config"
	"latchkey/internal/metrics"
	"latchkey/internal/password"
	"latchkey/internal/requestid"
	"latchkey/internal/store"
	"latchkey/internal/throttle"
	"latchkey/internal/token"
	"latchkey/web"
)

const (
	databaseWait = 30 * time.Second // for a database that starts at the same time as this server
	noticeAfter  = 2 * time.Second  // until a start that is still migrating says so
)

// Host is what a server takes from the world around it.
type Host struct {
	Log      *slog.Logger
	Now      func() time.Time
	Timeout  time.Duration  // for an operation; see graph.Options
	HashCost password.Cost  // of new passwords
	Limits   Limits         // on what a client may take; DefaultLimits where they are zero
	Notice   time.Duration  // how long to serve on when told to stop, if who asks for readiness has to notice; see leaving
	Ready    func(net.Addr) // called with the address once requests are accepted; may be nil
}

// Run serves until ctx is done, lets balancers notice, and then requests in flight finish. It returns nil after an orderly end.
func Run(ctx context.Context, c config.Config, host Host) error {
	secure, err := tlsConfig(c, host)
	if err != nil {
		return err
	}
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

	watched := metrics.New()
	passwords := password.NewHasher(host.HashCost)
	passwords.MaxWait = host.Timeout / 2 // the rest is for the work
	tries, err := openThrottle(c, host)
	if err != nil {
		return err
	}
	defer tries.Close() //nolint:errcheck // counts that are lost are forgiven
	rules := auth.New(auth.Config{
		DB:        db,
		Tokens:    token.New(ring, token.Config{Issuer: c.Issuer, Audience: c.Audience, Now: host.Now}),
		Passwords: passwords,
		Lifetimes: auth.Lifetimes{
			Access: c.AccessTTL, Idle: c.RefreshTTL, Session: c.SessionTTL, Grace: c.RefreshGrace,
		},
		Policy:     password.Policy{Min: c.PasswordMin, Words: c.Words()},
		OpenSignup: c.Signup == "open",
		Throttle:   tries,
		Audit:      audit.New(host.Log, watched.Event),
		IDs:        uuid.NewGenWithOptions(uuid.WithEpochFunc(host.Now)),
		Now:        host.Now,
	})
	watch(watched, db, passwords, rules, host)
	mux := http.NewServeMux()
	mux.Handle("/graphql", graph.NewHandler(graph.Options{
		Auth: rules, Serving: ring.Serving, Answering: db.Answering, Introspection: c.Introspection, Origins: origins(c, host.Log),
		Proxies: c.Proxies(), Timeout: host.Timeout, Now: host.Now, Log: host.Log, Observe: watched.Observe,
		Refused: func(l graph.Limit) { watched.GraphQLRefused(string(l)) },
	}))
	mux.Handle("GET /.well-known/jwks.json", jwks(ring))
	mux.HandleFunc("GET /healthz", healthz)
	leaving := &leaving{now: host.Now}
	if db.Shared() {
		leaving.notice = host.Notice
	}
	mux.Handle("GET /readyz", leaving.ready(readyz(db, ring)))
	if c.Playground {
		mux.Handle("/", web.Handler())
	}

	tasks, err := background(c, host, db, ring, rules, watched)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return err
	}
	scraped, err := newMetricsServer(ctx, c, watched, host.Log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer start(ctx, append(tasks, scraped.run))() // stops them before the database is closed
	handler := graph.Recovering(securityHeaders(mux, c), host.Log)
	server := newServer(leaving.closing(requestid.Middleware(handler, host.Log, host.Now)), host)
	server.TLSConfig = secure
	return serve(ctx, server, listener, leaving, host, c.Playground)
}

// openThrottle returns nil if everything may be tried as often as one likes.
func openThrottle(c config.Config, host Host) (*throttle.Throttle, error) {
	if c.RateLimit == "off" {
		return nil, nil //nolint:nilnil // no throttle is a throttle that refuses nothing
	}
	return throttle.New(throttle.Config{URL: c.RedisURL, Now: host.Now, Log: host.Log})
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
	notice := time.AfterFunc(noticeAfter, func() {
		log.Info("still migrating: much data, or another latchkey migrates, or did until it was killed; such a one is waited for, 30 seconds at most")
	})
	defer notice.Stop()
	applied, err := db.MigrateUp(ctx)
	for _, migration := range applied {
		log.Info("applied a migration", "name", migration.Name)
	}
	return err
}

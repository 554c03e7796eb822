// Work-items is an example of a service behind Latchkey: a GraphQL API where each user has items of their own. See README.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/rs/cors"

	"latchkey.example/work-items/access"
	"latchkey.example/work-items/graph"
	"latchkey.example/work-items/items"
)

//go:generate go tool gqlgen generate
//go:generate go tool genqlient

const (
	timeLimit   = 10 * time.Second // for a client to say what it wants, and for requests in flight at the end
	bodyLimit   = 64 << 10         // bytes
	headerLimit = 16 << 10         // bytes, and so of a token
)

// config is what can be set, each by a flag or by a variable: -addr is WORK_ITEMS_ADDR.
type config struct {
	addr, database, origins, latchkey, issuer, audience, revocation, redis string
	keysAge                                                                time.Duration
}

func main() {
	c := config{keysAge: access.KeysAge}
	setting(&c.addr, "addr", ":8081", "address to listen on")
	setting(&c.database, "database", "work-items.db", "SQLite file")
	setting(&c.origins, "origins", "http://localhost:*", "origins whose pages may send requests, separated by commas")
	setting(&c.latchkey, "latchkey", "http://localhost:8080", "URL under which this service reaches Latchkey")
	setting(&c.issuer, "issuer", "http://localhost:8080", "LATCHKEY_ISSUER of Latchkey")
	setting(&c.audience, "audience", "latchkey", "LATCHKEY_AUDIENCE of Latchkey")
	setting(&c.revocation, "revocation", "off", "how mutations find out that a token was taken back: off, ask (Latchkey) or redis")
	setting(&c.redis, "redis", "redis://localhost:6379", "LATCHKEY_REDIS_URL of Latchkey, for -revocation redis")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	if err := run(ctx, c, log, time.Now, nil); err != nil {
		log.Error("work-items", "cause", err)
		os.Exit(1)
	}
}

// setting declares a flag whose default a variable may change.
func setting(target *string, name, value, usage string) {
	variable := "WORK_ITEMS_" + strings.ToUpper(name)
	if given, ok := os.LookupEnv(variable); ok {
		value = given
	}
	flag.StringVar(target, name, value, usage+"; $"+variable)
}

// run serves until ctx is done, then lets requests in flight finish. It calls ready, unless that is nil, with its URL.
func run(ctx context.Context, c config, log *slog.Logger, now func() time.Time, ready func(url string)) error {
	store, err := items.Open(ctx, c.database, now)
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // what was answered is on disk

	verifier, err := access.NewVerifier(ctx, access.Config{
		KeysURL: c.latchkey + "/.well-known/jwks.json", KeysAge: c.keysAge, Issuer: c.issuer, Audience: c.audience, Now: now, Log: log,
	})
	if err != nil {
		return err
	}
	revocation, err := newRevocation(c)
	if err != nil {
		return err
	}
	graphQL := http.MaxBytesHandler(verifier.Middleware(graph.NewHandler(store, revocation, log)), bodyLimit)
	mux := http.NewServeMux()
	mux.Handle("POST /graphql", graphQL)
	mux.Handle("GET /graphql", graphQL)
	pages := cors.New(cors.Options{
		AllowedOrigins: strings.Split(c.origins, ","),
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type"},
		ExposedHeaders: []string{"Retry-After"},
		MaxAge:         600, // seconds
	})
	return serve(ctx, c.addr, pages.Handler(mux), log, ready)
}

// newRevocation returns nil if nobody is to be asked.
func newRevocation(c config) (revocation access.Revocation, err error) {
	switch c.revocation {
	case "off":
	case "ask":
		revocation = access.NewLatchkey(c.latchkey + "/graphql")
	case "redis":
		revocation, err = access.NewBlocklist(c.redis)
	default:
		err = errors.New("-revocation takes off, ask or redis")
	}
	return revocation, err
}

func serve(ctx context.Context, addr string, handler http.Handler, log *slog.Logger, ready func(string)) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: handler, ReadTimeout: timeLimit, WriteTimeout: 3 * timeLimit, MaxHeaderBytes: headerLimit,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	drained := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeLimit)
		defer cancel()
		drained <- server.Shutdown(draining)
	})
	url := fmt.Sprintf("http://localhost:%d/graphql", listener.Addr().(*net.TCPAddr).Port)
	log.Info("ready", "graphql", url)
	if ready != nil {
		ready(url)
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-drained
}

// Package graph is GraphQL's face: it reads requests, lets gqlgen execute them with resolvers that delegate to
// internal/auth, and writes answers as GraphQL over HTTP asks for.
//
// generated.go comes from schema.graphqls; `make generate` makes it. Every error of an operation leaves through one
// function, presenter: what it does not know is a defect, and only the log learns more.
package graph

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/rs/cors"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
)

// Options are what a Handler is made of.
type Options struct {
	Auth *auth.Service
	// Serving tells whether there are keys. Without them nothing may begin: an account, say, that is made and then can't be
	// signed in.
	Serving       func() bool
	Introspection bool // whether clients may read the schema
	// Origins are those whose pages may read answers and use the refresh token's cookie, as in https://app.example.org, or with any port
	// http://localhost:*.
	Origins []string
	// Timeout is how long an operation may take, waiting for the hash queue or a database that hangs included. What has not
	// been applied by then is UNAVAILABLE.
	Timeout time.Duration
	Now     func() time.Time
	Log     *slog.Logger
	// Observe, unless it is nil, is told of every request that was answered: its operation (see operationName), the code of its first
	// error or OK, and how long it took.
	Observe func(operation, code string, took time.Duration)
}

// Handler answers POST and GET on /graphql.
type Handler struct {
	auth      *auth.Service
	serving   func() bool
	exec      *executor.Executor
	persisted persisted
	origins   origins
	cors      *cors.Cors
	strangers *strangers
	timeout   time.Duration
	now       func() time.Time
	observe   func(operation, code string, took time.Duration)
}

// NewHandler returns a Handler.
func NewHandler(o Options) *Handler {
	config := Config{Resolvers: &Resolver{Auth: o.Auth}}
	config.Directives.Authenticated = authenticated(o.Auth)
	config.Directives.RequiresRole = requiresRole(o.Auth)
	exec := executor.New(NewExecutableSchema(config))
	exec.SetQueryCache(newDocumentCache())
	exec.SetErrorPresenter(presenter(o.Log, o.Introspection))
	exec.SetRecoverFunc(recovered)
	exec.SetParserTokenLimit(maxTokens)
	exec.SetDefaultRulesFn(validationRules)
	exec.Use(expansion{})
	exec.Use(mergeable{})
	exec.Use(noNullWhereNonNull{})
	exec.Use(oneMutation{})
	if o.Introspection {
		exec.Use(extension.Introspection{})
	} else {
		exec.Use(noIntrospection{})
	}
	return &Handler{
		auth: o.Auth, serving: o.Serving, exec: exec, persisted: newPersisted(), origins: o.Origins, cors: newCORS(o.Origins),
		strangers: &strangers{allowed: o.Origins, log: o.Log, now: o.Now}, timeout: o.Timeout, now: o.Now, observe: o.Observe,
	}
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	h.strangers.note(r)
	h.cors.ServeHTTP(w, r, h.serve)
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) {
	start := h.now()
	operation, errs := h.answer(w, r)
	if h.observe != nil {
		h.observe(operation, codeOf(errs), h.now().Sub(start))
	}
}

// answer answers, and returns what was asked for and the errors of the answer.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request) (name string, shown gqlerror.List) {
	name = notAnOperation
	accepts := parseAccept(r.Header)
	defer h.recover(r.Context(), w, accepts, &shown)
	if !h.serving() {
		return name, writeRefusal(w, accepts, notServing())
	}
	params, refusal := readRequest(w, r)
	if refusal == nil {
		refusal = h.persisted.complete(r.Context(), params)
	}
	if refusal != nil {
		return name, writeRefusal(w, accepts, refusal)
	}
	ctx, cancel := context.WithTimeout(graphql.StartOperationTrace(r.Context()), h.timeout)
	defer cancel()
	request := h.request(r)
	ctx = h.auth.WithRequest(ctx, request)
	operation, errs := h.exec.CreateOperationContext(ctx, params)
	if errs != nil {
		ctx = graphql.WithOperationContext(ctx, operation)
		shown = h.exec.DispatchError(ctx, errs).Errors
		writeNotExecuted(w, accepts, shown)
		return name, shown
	}
	if r.Method == http.MethodGet && !allowedOverGET(operation) {
		return name, writeRefusal(w, accepts, takesOnly(http.MethodPost, "This operation takes POST."))
	}
	name = operationName(operation)
	h.persisted.keep(ctx, params)
	respond, ctx := h.exec.DispatchOperation(ctx, operation)
	response := respond(ctx)
	if response == nil { // its time was over before it began
		response = h.exec.DispatchError(ctx, gqlerror.List{gqlerror.Wrap(context.Cause(ctx))})
	}
	setCookie(w, request)
	writeExecuted(w, accepts, response)
	return name, response.Errors
}

// recover answers after a panic outside of a resolver, where gqlgen does not look, and tells what it has shown.
func (h *Handler) recover(ctx context.Context, w http.ResponseWriter, a accepts, told *gqlerror.List) {
	if reason := recover(); reason != nil {
		var shown *gqlerror.Error
		errors.As(h.exec.PresentRecoveredError(ctx, reason), &shown)
		*told = gqlerror.List{shown}
		writeExecuted(w, a, &graphql.Response{Errors: *told})
	}
}

// allowedOverGET refuses what changes something, and what takes a token: addresses end up in logs and histories.
func allowedOverGET(operation *graphql.OperationContext) bool {
	if operation.Operation.Operation != ast.Query {
		return false
	}
	for _, field := range rootFields(operation) {
		if field.Name == "validateToken" {
			return false
		}
	}
	return true
}

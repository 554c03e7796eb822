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
	"net/netip"
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
	Serving func() bool
	// Answering lasts as long as the database answers (store.DB.Answering). While it does not, nothing begins, and what has begun is
	// UNAVAILABLE at once.
	Answering     func() context.Context
	Introspection bool // whether clients may read the schema
	// Origins are those whose pages may read answers and use the refresh token's cookie, as in https://app.example.org, or with any port
	// http://localhost:*.
	Origins []string
	// Proxies are the networks of reverse proxies whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// Timeout is how long an operation may take, waiting for the hash queue or a slow database included. What has not
	// been applied by then is UNAVAILABLE.
	Timeout time.Duration
	Refused func(Limit) // called once for each request that is beyond a limit; may be nil
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
	answering func() context.Context
	exec      *executor.Executor
	documents *documents
	refused   func(Limit)
	persisted persisted
	origins   origins
	proxies   *proxies
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
	schema := NewExecutableSchema(config)
	exec := executor.New(schema)
	exec.SetQueryCache(readAlready{})
	exec.SetErrorPresenter(presenter(o.Log))
	exec.SetRecoverFunc(recovered)
	exec.Use(expansion{})
	exec.Use(shortLists{})
	exec.Use(noNullWhereNonNull{})
	exec.Use(fewRootFields{})
	if o.Introspection {
		exec.Use(extension.Introspection{})
	} else {
		exec.Use(noIntrospection{})
	}
	return &Handler{
		auth: o.Auth, serving: o.Serving, answering: o.Answering, exec: exec, documents: newDocuments(schema.Schema(), o.Introspection),
		refused: o.Refused, persisted: newPersisted(), origins: o.Origins, cors: newCORS(o.Origins),
		proxies:   &proxies{trusted: o.Proxies, log: o.Log},
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
	answering := h.answering()
	if !h.serving() || answering.Err() != nil {
		return name, writeRefusal(w, accepts, notServing())
	}
	params, refusal := readRequest(w, r)
	if refusal == nil {
		refusal = h.persisted.complete(r.Context(), params)
	}
	if refusal != nil {
		h.count(refusal.limit)
		return name, writeRefusal(w, accepts, refusal)
	}
	ctx, cancel := context.WithTimeout(graphql.StartOperationTrace(r.Context()), h.timeout)
	defer cancel()
	ctx, leave := during(ctx, answering)
	defer leave()
	request := h.request(r)
	ctx = h.auth.WithRequest(ctx, request)
	operation, errs := h.prepare(ctx, params)
	if errs != nil {
		h.count(limitOf(errs))
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
	response := h.direct(ctx, operation)
	if response == nil {
		respond, ctx := h.exec.DispatchOperation(ctx, operation)
		response = respond(ctx)
	}
	if response == nil { // its time was over before it began
		response = h.exec.DispatchError(ctx, gqlerror.List{gqlerror.Wrap(context.Cause(ctx))})
	}
	setCookie(w, request)
	writeExecuted(w, accepts, response)
	return name, response.Errors
}

// prepare reads a request's document and makes an operation out of it. If there are errors, the operation is what is known of it.
func (h *Handler) prepare(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	var document *ast.QueryDocument
	var errs gqlerror.List
	if len(params.Variables) > maxVariables {
		errs = gqlerror.List{tooComplex(LimitVariables, "The request has more than %d variables.", maxVariables)}
	} else {
		document, errs = h.documents.read(ctx, params.Query)
	}
	if errs != nil {
		return &graphql.OperationContext{RawQuery: params.Query, OperationName: params.OperationName}, errs
	}
	return h.exec.CreateOperationContext(withDocument(ctx, document), params)
}

func (h *Handler) count(limit Limit) {
	if limit != "" && h.refused != nil {
		h.refused(limit)
	}
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

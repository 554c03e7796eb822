// Package graph is the GraphQL of this service. generated.go and models_gen.go come from schema.graphqls; `go generate ./...` makes
// them.
package graph

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey.example/work-items/access"
	"latchkey.example/work-items/items"
)

// NewHandler answers operations of viewers that access.Middleware let in. Revocation may be nil.
func NewHandler(store *items.Store, revocation access.Revocation, log *slog.Logger) http.Handler {
	server := handler.New(NewExecutableSchema(Config{Resolvers: &Resolver{Items: store}}))
	server.AddTransport(transport.GET{})
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](100))
	server.SetParserTokenLimit(1000)
	server.SetErrorPresenter(presenter(log))
	server.SetRecoverFunc(recovered)
	server.Use(extension.Introspection{})
	if revocation != nil {
		server.AroundOperations(refuseRevoked(revocation, log))
	}
	return server
}

// refuseRevoked asks whether the token has been taken back before a mutation, and before any of it is executed. Queries do not
// wait here; where they should, leave out the condition.
func refuseRevoked(revocation access.Revocation, log *slog.Logger) graphql.OperationMiddleware {
	return func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		if graphql.GetOperationContext(ctx).Operation.Operation != ast.Mutation {
			return next(ctx)
		}
		err := revocation.Check(ctx, access.ViewerOf(ctx))
		if err == nil {
			return next(ctx)
		}
		if errors.Is(err, access.ErrUnavailable) {
			log.WarnContext(ctx, "can't tell whether a token was taken back", "cause", err)
		}
		return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{access.GraphQLError(err)}})
	}
}

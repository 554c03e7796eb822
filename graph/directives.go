package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"latchkey/internal/auth"
)

// authenticated refuses a field to whoever has no valid access token.
func authenticated(rules *auth.Service) func(context.Context, any, graphql.Resolver) (any, error) {
	return func(ctx context.Context, _ any, next graphql.Resolver) (any, error) {
		if _, err := rules.Viewer(ctx); err != nil {
			return nil, err
		}
		return next(ctx)
	}
}

package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"latchkey/ent/user"
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

// requiresRole refuses a field to whoever has another role.
func requiresRole(rules *auth.Service) func(context.Context, any, graphql.Resolver, user.Role) (any, error) {
	return func(ctx context.Context, _ any, next graphql.Resolver, role user.Role) (any, error) {
		if err := rules.RequireRole(ctx, role); err != nil {
			return nil, err
		}
		return next(ctx)
	}
}

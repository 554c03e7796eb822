package graph

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey.example/work-items/items"
)

// coded makes an error that is shown as it is.
func coded(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}

// badInput makes an error on an argument.
func badInput(field, reason, message string) error {
	err := coded("BAD_USER_INPUT", message)
	err.Extensions["field"], err.Extensions["reason"] = field, reason
	return err
}

// checkTitle returns a title as it is kept.
func checkTitle(title string) (string, error) {
	title = strings.TrimSpace(title)
	if title == "" {
		return "", badInput("input.title", "BLANK", "An item has a title.")
	}
	if utf8.RuneCountInString(title) > 200 {
		return "", badInput("input.title", "TOO_LONG", "A title has at most 200 characters.")
	}
	return title, nil
}

// presenter returns the function through which every error goes to the client, with the codes of Latchkey. What it does not know
// is INTERNAL: the cause goes to the log, and never to the client.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := graphql.DefaultErrorPresenter(ctx, err)
		var as *gqlerror.Error
		switch {
		case shown.Extensions["code"] != nil:
			return shown // ours, or the library's on a document that does not fit the schema
		case !graphql.HasOperationContext(ctx):
			return coded("BAD_REQUEST", "This is not GraphQL over HTTP.")
		case errors.Is(err, items.ErrNotFound):
			as = coded("NOT_FOUND", "There is no such item.")
		case ctx.Err() != nil:
			as = coded("UNAVAILABLE", "The client is gone.")
		default:
			id := rand.Text()
			log.ErrorContext(ctx, "internal error", "requestId", id, "path", shown.Path.String(), "cause", err)
			as = coded("INTERNAL", "Something went wrong in the server.")
			as.Extensions["requestId"] = id
		}
		as.Path, as.Locations = shown.Path, shown.Locations
		return as
	}
}

// recovered turns a panic of a resolver into an error.
func recovered(_ context.Context, reason any) error { return fmt.Errorf("panic: %v", reason) }

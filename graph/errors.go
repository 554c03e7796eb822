package graph

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/graph/scalar"
	"latchkey/internal/auth"
	"latchkey/internal/password"
	"latchkey/internal/requestid"
	"latchkey/internal/store"
)

// The codes that are not about the rules but about the document, the server and its database.
const (
	codeParseFailed            auth.Code = errcode.ParseFailed
	codeValidationFailed       auth.Code = errcode.ValidationFailed
	codeTooComplex             auth.Code = "OPERATION_TOO_COMPLEX"
	codePersistedQueryNotFound auth.Code = "PERSISTED_QUERY_NOT_FOUND"
	codeBadRequest             auth.Code = "BAD_REQUEST"
	codeUnavailable            auth.Code = "UNAVAILABLE"
	codeOutcomeUnknown         auth.Code = "OUTCOME_UNKNOWN"
	codeInternal               auth.Code = "INTERNAL"
)

const unavailableMessage = "The server can't do this at the moment. Nothing was changed."

// retryAfter is how many seconds a client should wait before it tries again what was UNAVAILABLE, unless too many passwords
// wait to be hashed.
const retryAfter = 1

// presenter returns the function through which every error goes to the client. It shows what was meant to be shown and
// sorts the rest into UNAVAILABLE, OUTCOME_UNKNOWN and, for what nobody foresaw, INTERNAL; their causes go to the log.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		var located *gqlerror.Error
		if !errors.As(err, &located) {
			located = &gqlerror.Error{Path: graphql.GetPath(ctx)}
		}
		var problems auth.Problems
		if errors.As(err, &problems) {
			last := len(problems) - 1
			for _, problem := range problems[:last] {
				graphql.AddError(ctx, problem)
			}
			return presentRefusal(problems[last], located.Path)
		}
		var refusal *auth.Error
		if errors.As(err, &refusal) {
			return presentRefusal(refusal, located.Path)
		}
		if errors.Is(err, scalar.ErrDateTime) {
			return presentDateTime(located.Path)
		}
		switch located.Extensions["code"] {
		case errcode.ParseFailed, errcode.ValidationFailed:
			return presentDocumentError(located)
		}
		return presentFailure(ctx, log, err, located.Path)
	}
}

// presentRefusal shows an error of the rules.
func presentRefusal(refusal *auth.Error, path ast.Path) *gqlerror.Error {
	extensions := map[string]any{"code": refusal.Code}
	if refusal.Field != "" {
		extensions["field"] = refusal.Field
	}
	if refusal.Reason != "" {
		extensions["reason"] = refusal.Reason
	}
	if refusal.Min != 0 {
		extensions["min"] = refusal.Min
	}
	if refusal.Max != 0 {
		extensions["max"] = refusal.Max
	}
	if refusal.RetryAfter != 0 {
		extensions["retryAfter"] = refusal.RetryAfter
	}
	return &gqlerror.Error{Message: refusal.Message, Path: path, Extensions: extensions}
}

// presentDateTime shows that an argument of a field of the query is not a DateTime. gqlgen's path goes on from the field to the
// argument and into it.
func presentDateTime(path ast.Path) *gqlerror.Error {
	place := min(1, len(path))
	return presentRefusal(&auth.Error{
		Code:    auth.BadUserInput,
		Message: "This is not a DateTime: it takes a date, a time and an offset, as in RFC 3339.",
		Field:   path[place:].String(),
		Reason:  "INVALID_FORMAT",
	}, path[:place])
}

// presentFailure shows an error of the database, a full queue or a defect, without its cause.
func presentFailure(ctx context.Context, log *slog.Logger, err error, path ast.Path) *gqlerror.Error {
	id := requestid.FromContext(ctx)
	tell := func(level slog.Level, message string) {
		log.LogAttrs(ctx, level, message, slog.String("requestId", id), slog.String("path", path.String()),
			slog.String("cause", store.Redact(err).Error()))
	}
	shown := &gqlerror.Error{Path: path}
	var defect panicked
	isPanic := errors.As(err, &defect)
	switch {
	case errors.Is(err, store.ErrOutcomeUnknown):
		if clientGone(ctx, err) { // and not the database
			tell(slog.LevelWarn, "outcome unknown")
		} else {
			tell(slog.LevelError, "outcome unknown")
		}
		shown.Message = "The database did not confirm the change. It may have been applied or not."
		shown.Extensions = map[string]any{"code": codeOutcomeUnknown}
	case errors.Is(err, password.ErrBusy):
		tell(slog.LevelWarn, "saturated")
		shown.Message = unavailableMessage
		shown.Extensions = map[string]any{"code": codeUnavailable, "retryAfter": int(password.MaxWait / time.Second)}
	case !isPanic && (store.Unavailable(err) || ctx.Err() != nil):
		if clientGone(ctx, err) {
			tell(slog.LevelDebug, "the client is gone")
		} else {
			tell(slog.LevelWarn, "unavailable")
		}
		shown.Message = unavailableMessage
		if len(path) > 1 { // below a change that was made, perhaps
			shown.Message = "The server can't read this at the moment."
		}
		shown.Extensions = map[string]any{"code": codeUnavailable, "retryAfter": retryAfter}
	default:
		tell(slog.LevelError, "internal error")
		shown.Message = "Something went wrong in the server."
		shown.Extensions = map[string]any{"code": codeInternal, "requestId": id}
	}
	return shown
}

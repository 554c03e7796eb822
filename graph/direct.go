package graph

import (
	"bytes"
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gofrs/uuid/v5"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/ent"
	"latchkey/graph/scalar"
	"latchkey/internal/auth"
)

// direct answers the two queries that are sent most, and that other services wait for, without gqlgen's executor: me or validateToken
// alone, with fields that need no resolver. The executor allocates a hundred times for contexts that only resolvers and errors need.
// It returns nil for everything else, and for a me that fails: who the viewer is, or why there is none, is not looked up again then.
func (h *Handler) direct(ctx context.Context, operation *graphql.OperationContext) *graphql.Response {
	root, plain := onlyField(operation)
	if !plain || len(root.Directives) > 0 {
		return nil
	}
	switch root.Name {
	case "me":
		fields := plainFields(operation, root, userImplementors, userFields)
		if fields == nil {
			return nil
		}
		me, err := h.auth.Viewer(ctx)
		if err != nil {
			return nil
		}
		return assemble(root, fields, userFields, me.User)
	case "validateToken":
		fields := plainFields(operation, root, tokenStatusImplementors, tokenStatusFields)
		token, given := root.ArgumentMap(operation.Variables)["token"].(string)
		if fields == nil || !given {
			return nil
		}
		status, err := h.auth.ValidateToken(ctx, token)
		if err != nil {
			return h.failed(ctx, operation, root, err)
		}
		return assemble(root, fields, tokenStatusFields, status)
	default:
		return nil
	}
}

// writers write the fields of a type that need no resolver.
type writers[T any] map[string]func(T) graphql.Marshaler

var userFields = writers[*ent.User]{
	"__typename": func(*ent.User) graphql.Marshaler { return graphql.MarshalString("User") },
	"id":         func(u *ent.User) graphql.Marshaler { return scalar.MarshalID(u.ID) },
	"email":      func(u *ent.User) graphql.Marshaler { return orNull(graphql.MarshalString, u.Email) },
	"username":   func(u *ent.User) graphql.Marshaler { return orNull(graphql.MarshalString, u.Username) },
	"name":       func(u *ent.User) graphql.Marshaler { return orNull(graphql.MarshalString, u.Name) },
	"role":       func(u *ent.User) graphql.Marshaler { return graphql.MarshalString(string(u.Role)) },
	"disabled":   func(u *ent.User) graphql.Marshaler { return graphql.MarshalBoolean(u.Disabled) },
	"createdAt":  func(u *ent.User) graphql.Marshaler { return scalar.MarshalDateTime(u.CreatedAt) },
	"updatedAt":  func(u *ent.User) graphql.Marshaler { return scalar.MarshalDateTime(u.UpdatedAt) },
}

var tokenStatusFields = writers[*auth.TokenStatus]{
	"__typename": func(*auth.TokenStatus) graphql.Marshaler { return graphql.MarshalString("TokenStatus") },
	"active":     func(s *auth.TokenStatus) graphql.Marshaler { return graphql.MarshalBoolean(s.Active) },
	"reason":     func(s *auth.TokenStatus) graphql.Marshaler { return orNull(graphql.MarshalString, (*string)(s.Reason)) },
	"userId":     func(s *auth.TokenStatus) graphql.Marshaler { return orNull[uuid.UUID](scalar.MarshalID, s.UserID) },
	"sessionId":  func(s *auth.TokenStatus) graphql.Marshaler { return orNull[uuid.UUID](scalar.MarshalID, s.SessionID) },
	"expiresAt":  func(s *auth.TokenStatus) graphql.Marshaler { return orNull(scalar.MarshalDateTime, s.ExpiresAt) },
}

func orNull[T any](marshal func(T) graphql.Marshaler, value *T) graphql.Marshaler {
	if value == nil {
		return graphql.Null
	}
	return marshal(*value)
}

// plainFields are the fields of a selection, if there is a writer for each; else nil.
func plainFields[T any](
	operation *graphql.OperationContext, of *ast.Field, types []string, writers writers[T],
) []graphql.CollectedField {
	fields := graphql.CollectFields(operation, of.SelectionSet, types)
	for _, field := range fields {
		if writers[field.Name] == nil {
			return nil
		}
	}
	return fields
}

func assemble[T any](root *ast.Field, fields []graphql.CollectedField, writers writers[T], value T) *graphql.Response {
	data := bytes.NewBuffer(make([]byte, 0, 512))
	data.WriteString(`{"` + root.Alias + `":{`)
	for i, field := range fields {
		if i > 0 {
			data.WriteByte(',')
		}
		data.WriteString(`"`)
		data.WriteString(field.Alias)
		data.WriteString(`":`)
		writers[field.Name](value).MarshalGQL(data)
	}
	data.WriteString(`}}`)
	return &graphql.Response{Data: data.Bytes()}
}

// failed presents the error of a field that can't be null.
func (h *Handler) failed(ctx context.Context, operation *graphql.OperationContext, root *ast.Field, err error) *graphql.Response {
	path := ast.Path{ast.PathName(root.Alias)}
	return h.exec.DispatchError(graphql.WithOperationContext(ctx, operation), gqlerror.List{gqlerror.WrapPath(path, err)})
}

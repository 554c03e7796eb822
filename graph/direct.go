package graph

import (
	"bytes"
	"context"

	"github.com/99designs/gqlgen/graphql"

	"latchkey/ent"
	"latchkey/graph/scalar"
)

// columns write the fields of a User that its row has.
var columns = map[string]func(*ent.User) graphql.Marshaler{
	"__typename": func(*ent.User) graphql.Marshaler { return graphql.MarshalString("User") },
	"id":         func(u *ent.User) graphql.Marshaler { return scalar.MarshalID(u.ID) },
	"email":      func(u *ent.User) graphql.Marshaler { return textOrNull(u.Email) },
	"username":   func(u *ent.User) graphql.Marshaler { return textOrNull(u.Username) },
	"name":       func(u *ent.User) graphql.Marshaler { return textOrNull(u.Name) },
	"role":       func(u *ent.User) graphql.Marshaler { return graphql.MarshalString(string(u.Role)) },
	"disabled":   func(u *ent.User) graphql.Marshaler { return graphql.MarshalBoolean(u.Disabled) },
	"createdAt":  func(u *ent.User) graphql.Marshaler { return scalar.MarshalDateTime(u.CreatedAt) },
	"updatedAt":  func(u *ent.User) graphql.Marshaler { return scalar.MarshalDateTime(u.UpdatedAt) },
}

func textOrNull(text *string) graphql.Marshaler {
	if text == nil {
		return graphql.Null
	}
	return graphql.MarshalString(*text)
}

// direct answers the query that is sent most, without gqlgen, which allocates a hundred times for contexts that only resolvers and
// errors need: me alone, with nothing but columns of the row. It returns nil for everything else, and where there is an error, which
// is gqlgen's to present; who the viewer is, or why there is none, is not looked up again then.
func (h *Handler) direct(ctx context.Context, operation *graphql.OperationContext) *graphql.Response {
	root, plain := onlyField(operation)
	if !plain || root.Name != "me" || len(root.Directives) > 0 {
		return nil
	}
	fields := graphql.CollectFields(operation, root.SelectionSet, userImplementors)
	for _, field := range fields {
		if columns[field.Name] == nil || len(field.Deferrables) > 0 {
			return nil
		}
	}
	me, err := h.auth.Viewer(ctx)
	if err != nil {
		return nil
	}
	data := bytes.NewBuffer(make([]byte, 0, 512))
	data.WriteString(`{"` + root.Alias + `":{`)
	for i, field := range fields {
		if i > 0 {
			data.WriteByte(',')
		}
		data.WriteByte('"')
		data.WriteString(field.Alias)
		data.WriteString(`":`)
		columns[field.Name](me.User).MarshalGQL(data)
	}
	data.WriteString(`}}`)
	return &graphql.Response{Data: data.Bytes()}
}

package graph

import (
	"context"
	"maps"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
)

// mergeable refuses two fields of one name with different arguments (GraphQL §5.3.2). gqlparser does so too, but for objects and
// lists, which it finds all equal: it would run the first field and drop the other without a word. In this schema only fields
// at the top of an operation take such arguments.
type mergeable struct{}

var _ graphql.OperationContextMutator = mergeable{}

func (mergeable) ExtensionName() string                   { return "mergeable" }
func (mergeable) Validate(graphql.ExecutableSchema) error { return nil }
func (mergeable) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	m := merger{fields: map[string]*ast.Field{}, fragments: map[string]bool{}}
	if !m.merges(operation.Operation.SelectionSet) {
		return gqlerror.Wrap(&auth.Error{Code: codeValidationFailed, Message: "Fields of one name have different arguments. Give them aliases."})
	}
	return nil
}

// merger remembers the first field of each name, and which fragments it has seen.
type merger struct {
	fields    map[string]*ast.Field
	fragments map[string]bool
}

func (m merger) merges(set ast.SelectionSet) bool {
	for _, selection := range set {
		fine := true
		switch s := selection.(type) {
		case *ast.Field:
			fine = m.field(s)
		case *ast.InlineFragment:
			fine = m.merges(s.SelectionSet)
		case *ast.FragmentSpread:
			if !m.fragments[s.Name] {
				m.fragments[s.Name] = true
				fine = m.merges(s.Definition.SelectionSet)
			}
		}
		if !fine {
			return false
		}
	}
	return true
}

func (m merger) field(field *ast.Field) bool {
	first, seen := m.fields[field.Alias]
	if !seen {
		m.fields[field.Alias] = field
		return true
	}
	return maps.Equal(arguments(first), arguments(field))
}

func arguments(field *ast.Field) map[string]string {
	all := map[string]string{}
	for _, argument := range field.Arguments {
		all[argument.Name] = argument.Value.String()
	}
	return all
}

package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
)

// noNullWhereNonNull refuses null for a variable that is used where null is not allowed. A document may have such a variable
// if there is a default (GraphQL §5.8.5), and null is then to be found at execution; gqlgen panics over it, or takes the zero
// value.
type noNullWhereNonNull struct{}

var _ graphql.OperationContextMutator = noNullWhereNonNull{}

func (noNullWhereNonNull) ExtensionName() string                   { return "noNullWhereNonNull" }
func (noNullWhereNonNull) Validate(graphql.ExecutableSchema) error { return nil }
func (noNullWhereNonNull) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	finder := nullFinder{nulls: map[string]bool{}, seen: map[string]bool{}}
	for name, value := range operation.Variables {
		if value == nil {
			finder.nulls[name] = true
		}
	}
	if len(finder.nulls) == 0 {
		return nil
	}
	finder.directives(operation.Operation.Directives)
	finder.selections(operation.Operation.SelectionSet)
	if finder.found == "" {
		return nil
	}
	return gqlerror.Wrap(&auth.Error{Code: codeValidationFailed, Message: "Variable $" + finder.found + " can't be null."})
}

// nullFinder looks for a variable that is null where that is not allowed.
type nullFinder struct {
	nulls map[string]bool // the variables that are null
	seen  map[string]bool // fragments
	found string
}

func (f *nullFinder) selections(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			f.arguments(s.Arguments)
			f.directives(s.Directives)
			f.selections(s.SelectionSet)
		case *ast.InlineFragment:
			f.directives(s.Directives)
			f.selections(s.SelectionSet)
		case *ast.FragmentSpread:
			f.directives(s.Directives)
			if !f.seen[s.Name] {
				f.seen[s.Name] = true
				f.directives(s.Definition.Directives)
				f.selections(s.Definition.SelectionSet)
			}
		}
	}
}

func (f *nullFinder) directives(list ast.DirectiveList) {
	for _, directive := range list {
		f.arguments(directive.Arguments)
	}
}

func (f *nullFinder) arguments(list ast.ArgumentList) {
	for _, argument := range list {
		f.value(argument.Value)
	}
}

func (f *nullFinder) value(v *ast.Value) {
	if v.Kind == ast.Variable && f.nulls[v.Raw] && v.ExpectedType != nil && v.ExpectedType.NonNull {
		f.found = v.Raw
	}
	for _, child := range v.Children {
		f.value(child.Value)
	}
}

package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
)

// rootFields are the fields at the top of an operation, through fragments and directives.
func rootFields(operation *graphql.OperationContext) []graphql.CollectedField {
	root := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation"}[operation.Operation.Operation]
	return graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{root})
}

// onlyField returns the field of an operation that has one and no fragment at its top, as nearly all do. It costs nothing, unlike
// rootFields.
func onlyField(operation *graphql.OperationContext) (*ast.Field, bool) {
	selected := operation.Operation.SelectionSet
	if len(selected) != 1 {
		return nil, false
	}
	field, plain := selected[0].(*ast.Field)
	return field, plain
}

// fewRootFields holds a query to maxRootFields, and a mutation to one field: a failing sibling would throw away a token that was
// just issued, and aliases would multiply guesses.
type fewRootFields struct{}

var _ graphql.OperationContextMutator = fewRootFields{}

func (fewRootFields) ExtensionName() string                   { return "fewRootFields" }
func (fewRootFields) Validate(graphql.ExecutableSchema) error { return nil }
func (fewRootFields) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	if _, plain := onlyField(operation); plain {
		return nil
	}
	fields := rootFields(operation)
	if operation.Operation.Operation != ast.Mutation {
		if len(fields) > maxRootFields {
			return tooComplex(LimitRootFields, "The query has more than %d fields at its top.", maxRootFields)
		}
		return nil
	}
	changes := 0
	for _, field := range fields {
		if field.Name != "__typename" {
			changes++
		}
	}
	if changes > 1 {
		return tooComplex(LimitRootFields, "A mutation takes exactly one field.")
	}
	return nil
}

// noIntrospection keeps the schema from clients.
type noIntrospection struct{}

var _ graphql.OperationContextMutator = noIntrospection{}

func (noIntrospection) ExtensionName() string                   { return "noIntrospection" }
func (noIntrospection) Validate(graphql.ExecutableSchema) error { return nil }
func (noIntrospection) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	for _, field := range rootFields(operation) {
		if field.Name == "__schema" || field.Name == "__type" {
			return gqlerror.Wrap(&auth.Error{Code: codeValidationFailed, Message: "Introspection is switched off."})
		}
	}
	return nil
}

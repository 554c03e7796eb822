package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
)

// maxTokens bounds a document, because checking one takes time that grows with the square of its length: 2,000 tokens are
// far more than any client's operation has, and cost less than 0.2 s.
const maxTokens = 2000

// rootFields are the fields at the top of an operation, through fragments and directives.
func rootFields(operation *graphql.OperationContext) []graphql.CollectedField {
	root := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation"}[operation.Operation.Operation]
	return graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{root})
}

// oneMutation holds a mutation to one field: a failing sibling would throw away a token that was just issued, and aliases
// would multiply guesses.
type oneMutation struct{}

var _ graphql.OperationContextMutator = oneMutation{}

func (oneMutation) ExtensionName() string                   { return "oneMutation" }
func (oneMutation) Validate(graphql.ExecutableSchema) error { return nil }
func (oneMutation) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	if operation.Operation.Operation != ast.Mutation {
		return nil
	}
	fields := 0
	for _, field := range rootFields(operation) {
		if field.Name != "__typename" {
			fields++
		}
	}
	if fields > 1 {
		return gqlerror.Wrap(&auth.Error{Code: codeTooComplex, Message: "A mutation takes exactly one field."})
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

// documentCache keeps parsed documents. Nobody can fill the memory with them: a document takes up to 70 times its length, so
// all of them together take 70 MiB at most.
type documentCache struct {
	graphql.Cache[*ast.QueryDocument]
}

const (
	cachedDocuments   = 256
	maxCachedDocument = 4 << 10 // bytes
)

func newDocumentCache() documentCache {
	return documentCache{lru.New[*ast.QueryDocument](cachedDocuments)}
}

// Add keeps a document, unless it is large.
func (c documentCache) Add(ctx context.Context, text string, document *ast.QueryDocument) {
	if len(text) <= maxCachedDocument {
		c.Cache.Add(ctx, text, document)
	}
}

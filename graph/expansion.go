package graph

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
)

// expansion holds an operation to maxValues and maxListDepth. It measures each fragment once, however often it is spread.
type expansion struct{}

var _ graphql.OperationContextMutator = expansion{}

func (expansion) ExtensionName() string                   { return "expansion" }
func (expansion) Validate(graphql.ExecutableSchema) error { return nil }
func (expansion) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	m := measurer{variables: operation.Variables, fragments: map[string]size{}}
	measured := m.selections(operation.Operation.SelectionSet)
	switch {
	case measured.values > maxValues:
		return tooComplex(LimitComplexity, "The operation asks for more than %d values, if all lists are as long as they may be.", maxValues)
	case measured.listDepth > maxListDepth:
		return tooComplex(LimitDepth, "The operation asks for lists in more than %d lists of the schema.", maxListDepth)
	default:
		return nil
	}
}

// listsOfSchema are how long introspection's lists are: that of all types, and on average those of a type; others are shorter.
var listsOfSchema = map[string]int{"types": 45, "fields": 3, "enumValues": 2}

// size is how large a selection is with all fragments spread.
type size struct {
	values    int // at most maxValues + 1
	listDepth int
}

// measurer remembers the sizes of fragments. Validation has made sure that none contains itself.
type measurer struct {
	variables map[string]any
	fragments map[string]size
}

func (m measurer) selections(set ast.SelectionSet) size {
	var sum size
	for _, selection := range set {
		part := m.selection(selection)
		sum.values = min(sum.values+part.values, maxValues+1)
		sum.listDepth = max(sum.listDepth, part.listDepth)
	}
	return sum
}

func (m measurer) selection(selection ast.Selection) size {
	switch s := selection.(type) {
	case *ast.Field:
		below := m.selections(s.SelectionSet)
		below.values = min(below.values*m.length(s)+1, maxValues+1)
		if isIntrospectionList(s) {
			below.listDepth++
		}
		return below
	case *ast.InlineFragment:
		return m.selections(s.SelectionSet)
	case *ast.FragmentSpread:
		known, seen := m.fragments[s.Name]
		if !seen {
			known = m.selections(s.Definition.SelectionSet)
			m.fragments[s.Name] = known
		}
		return known
	}
	return size{}
}

// length is how often at most what is below a field comes in the answer.
func (m measurer) length(field *ast.Field) int {
	if isIntrospectionList(field) {
		return max(listsOfSchema[field.Name], 1)
	}
	switch field.Name {
	case "sessions":
		return auth.MaxSessions
	case "users": // its nodes and edges are as many as the page is long
		first, given := field.ArgumentMap(m.variables)["first"]
		if !given || first == nil {
			return auth.DefaultPage
		}
		n, err := strconv.Atoi(fmt.Sprint(first))
		if err != nil {
			return auth.MaxPage
		}
		return min(max(n, 1), auth.MaxPage)
	default:
		return 1
	}
}

func isIntrospectionList(field *ast.Field) bool {
	return field.Definition != nil && field.Definition.Type.Elem != nil &&
		field.ObjectDefinition != nil && strings.HasPrefix(field.ObjectDefinition.Name, "__")
}

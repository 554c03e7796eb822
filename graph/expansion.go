package graph

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"latchkey/internal/auth"
)

// maxFields bounds the fields of an operation once its fragments are spread: a few hundred tokens can spread into billions.
// The introspection query of GraphiQL has 230.
const maxFields = 1000

// maxValues bounds the values that an answer can have, if every list is as long as it may be. One is a kilobyte at most (a
// userAgent), so the largest answer takes some 20 MB.
const maxValues = 20_000

// maxListDepth bounds how deep introspection goes through lists of lists: fields of types of fields… GraphiQL's goes
// through three.
const maxListDepth = 3

// expansion holds an operation to maxFields, maxValues and maxListDepth. It measures each fragment once, however often it is spread.
type expansion struct{}

var _ graphql.OperationContextMutator = expansion{}

func (expansion) ExtensionName() string                   { return "expansion" }
func (expansion) Validate(graphql.ExecutableSchema) error { return nil }
func (expansion) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	m := measurer{variables: operation.Variables, fragments: map[string]size{}}
	measured := m.selections(operation.Operation.SelectionSet)
	if measured.fields > maxFields || measured.values > maxValues || measured.listDepth > maxListDepth {
		return gqlerror.Wrap(&auth.Error{Code: codeTooComplex, Message: "The operation asks for too many fields, or too deep."})
	}
	return nil
}

// validationRules are gqlparser's without the one for the depth of introspection, which expansion replaces: it follows every
// path through the fragments, and there can be 2 to the power of a hundred.
func validationRules() *rules.Rules {
	r := rules.NewDefaultRules()
	r.RemoveRule(rules.MaxIntrospectionDepth.Name)
	return r
}

// size is how large a selection is with all fragments spread.
type size struct {
	fields    int // at most maxFields + 1
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
		sum.fields = min(sum.fields+part.fields, maxFields+1)
		sum.values = min(sum.values+part.values, maxValues+1)
		sum.listDepth = max(sum.listDepth, part.listDepth)
	}
	return sum
}

func (m measurer) selection(selection ast.Selection) size {
	switch s := selection.(type) {
	case *ast.Field:
		below := m.selections(s.SelectionSet)
		below.fields++
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

package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
)

// shortLists holds the lists in arguments to maxList, before anything is made of their elements.
type shortLists struct{}

var _ graphql.OperationContextMutator = shortLists{}

func (shortLists) ExtensionName() string                   { return "shortLists" }
func (shortLists) Validate(graphql.ExecutableSchema) error { return nil }
func (shortLists) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	finder := listFinder{variables: operation.Variables}
	finder.selections(operation.Operation.SelectionSet)
	if finder.found == "" {
		return nil
	}
	return gqlerror.Wrap(&exceeded{LimitList, &auth.Error{
		Code: auth.BadUserInput, Message: "A list is too long.", Field: finder.found, Reason: "TOO_LONG", Max: auth.MaxPage,
	}})
}

// listFinder looks for an argument with a list that is too long.
type listFinder struct {
	variables map[string]any
	seen      names  // fragments
	short     names  // variables without such a list: one may be large, and used a hundred times
	found     string // the argument, as in input.email
}

func (f *listFinder) selections(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			for _, argument := range s.Arguments {
				f.value(argument.Name, argument.Value)
			}
			f.selections(s.SelectionSet)
		case *ast.InlineFragment:
			f.selections(s.SelectionSet)
		case *ast.FragmentSpread:
			if f.seen.add(s.Name) {
				f.selections(s.Definition.SelectionSet)
			}
		}
	}
}

func (f *listFinder) value(place string, v *ast.Value) {
	if v.Kind == ast.Variable {
		if f.short.add(v.Raw) {
			f.variable(place, f.variables[v.Raw])
		}
		return
	}
	if v.Kind == ast.ListValue && len(v.Children) > maxList {
		f.found = place
	}
	for _, child := range v.Children {
		f.value(below(place, child.Name), child.Value)
	}
}

func (f *listFinder) variable(place string, value any) {
	switch v := value.(type) {
	case []any:
		if len(v) > maxList {
			f.found = place
			return
		}
		for _, element := range v {
			f.variable(place, element)
		}
	case map[string]any:
		for name, element := range v {
			f.variable(below(place, name), element)
		}
	}
}

// below is the place of a field of an object; elements of a list have no name.
func below(place, name string) string {
	if name == "" {
		return place
	}
	return place + "." + name
}

// names is a set of names, which costs nothing until it has one.
type names map[string]struct{}

// add tells whether name is new.
func (n *names) add(name string) bool {
	if _, known := (*n)[name]; known {
		return false
	}
	if *n == nil {
		*n = names{}
	}
	(*n)[name] = struct{}{}
	return true
}

package graph

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// mergeable refuses fields that have one name in the answer and are not the same (GraphQL §5.3.2), in a document that keeps all
// other rules.
//
// gqlparser's own rule compares each field with each other one, level by level, and takes seconds where this takes a
// millisecond. It also finds all objects and all lists equal: it would let the first of two fields run and drop the
// other without a word. This one sorts the fields of an operation by their names in the answer and compares each with the first of its
// name; then it does the same with what is below all those of one name, together. So it sees each field once for each level of
// unlike types above it, once fragments are spread, and maxFields bounds those.
func mergeable(schema *ast.Schema, document *ast.QueryDocument) *gqlerror.Error {
	m := merger{schema: schema}
	for _, operation := range document.Operations {
		if err := m.sameInAnswer([]ast.SelectionSet{operation.SelectionSet}, true); err != nil {
			return err
		}
	}
	return nil
}

type merger struct{ schema *ast.Schema }

// sameInAnswer compares what the sets of one place of the answer have together. Below unlike objects, of which the answer
// has one, only the shapes have to be the same: the fields need not be then.
func (m merger) sameInAnswer(sets []ast.SelectionSet, sameObject bool) *gqlerror.Error {
	if len(sets) == 0 {
		return nil
	}
	for _, fields := range fieldsByName(sets) {
		first := fields[0]
		for _, field := range fields[1:] {
			if !m.sameShape(first.Definition.Type, field.Definition.Type) {
				return conflict(first, field, "they return conflicting types")
			}
		}
		groups := [][]*ast.Field{fields}
		if sameObject {
			groups = byObject(fields)
		}
		if !sameObject || len(groups) > 1 {
			if err := m.sameInAnswer(setsBelow(fields), false); err != nil {
				return err
			}
		}
		if !sameObject {
			continue
		}
		for _, group := range groups {
			for _, field := range group[1:] {
				switch {
				case field.Name != group[0].Name:
					return conflict(group[0], field, `"`+group[0].Name+`" and "`+field.Name+`" are different fields`)
				case !sameArguments(group[0].Arguments, field.Arguments):
					return conflict(group[0], field, "they have differing arguments")
				}
			}
			if err := m.sameInAnswer(setsBelow(group), true); err != nil {
				return err
			}
		}
	}
	return nil
}

func conflict(first, second *ast.Field, why string) *gqlerror.Error {
	err := &gqlerror.Error{Rule: rules.OverlappingFieldsCanBeMergedRule.Name}
	validator.Message(
		`Fields "%s" conflict because %s. Use different aliases on the fields to fetch both if this was intentional.`, first.Alias, why,
	)(err)
	err.Locations = []gqlerror.Location{
		{Line: first.Position.Line, Column: first.Position.Column}, {Line: second.Position.Line, Column: second.Position.Column},
	}
	return err
}

// fieldsByName are the fields of the sets by their names in the answer, in the order in which they come. A fragment that is
// spread twice in one place says nothing new.
func fieldsByName(sets []ast.SelectionSet) [][]*ast.Field {
	var groups [][]*ast.Field
	places := map[string]int{}
	spread := map[string]bool{}
	var collect func(ast.SelectionSet)
	collect = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				place, seen := places[s.Alias]
				if !seen {
					place = len(groups)
					places[s.Alias] = place
					groups = append(groups, nil)
				}
				groups[place] = append(groups[place], s)
			case *ast.InlineFragment:
				collect(s.SelectionSet)
			case *ast.FragmentSpread:
				if !spread[s.Name] {
					spread[s.Name] = true
					collect(s.Definition.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		collect(set)
	}
	return groups
}

// byObject groups fields that an answer can have of one object: those of one type, and with each those of an interface.
func byObject(fields []*ast.Field) [][]*ast.Field {
	if !slices.ContainsFunc(fields[1:], func(f *ast.Field) bool { return f.ObjectDefinition != fields[0].ObjectDefinition }) {
		return [][]*ast.Field{fields}
	}
	var ofInterfaces []*ast.Field
	var groups [][]*ast.Field
	places := map[string]int{}
	for _, field := range fields {
		object := field.ObjectDefinition
		if object.Kind != ast.Object {
			ofInterfaces = append(ofInterfaces, field)
			continue
		}
		place, seen := places[object.Name]
		if !seen {
			place = len(groups)
			places[object.Name] = place
			groups = append(groups, nil)
		}
		groups[place] = append(groups[place], field)
	}
	if len(groups) == 0 {
		return [][]*ast.Field{ofInterfaces}
	}
	for i := range groups {
		groups[i] = append(groups[i], ofInterfaces...)
	}
	return groups
}

func setsBelow(fields []*ast.Field) []ast.SelectionSet {
	var sets []ast.SelectionSet
	for _, field := range fields {
		if len(field.SelectionSet) > 0 {
			sets = append(sets, field.SelectionSet)
		}
	}
	return sets
}

// sameShape tells whether values of both types look alike: lists and nulls in the same places, and of scalars and enums
// the same.
func (m merger) sameShape(a, b *ast.Type) bool {
	if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	if a.Elem != nil {
		return m.sameShape(a.Elem, b.Elem)
	}
	if a.NamedType == b.NamedType {
		return true
	}
	return !m.schema.Types[a.NamedType].IsLeafType() && !m.schema.Types[b.NamedType].IsLeafType()
}

func sameArguments(a, b ast.ArgumentList) bool {
	if len(a) != len(b) {
		return false
	}
	for _, argument := range a {
		other := b.ForName(argument.Name)
		if other == nil || !sameValue(argument.Value, other.Value) {
			return false
		}
	}
	return true
}

// sameValue compares literals and variables as they are written. The order of an object's fields means nothing.
func sameValue(a, b *ast.Value) bool {
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Children) != len(b.Children) {
		return false
	}
	for i, child := range a.Children {
		other := b.Children[i].Value
		if a.Kind == ast.ObjectValue {
			other = b.Children.ForName(child.Name)
		}
		if other == nil || !sameValue(child.Value, other) {
			return false
		}
	}
	return true
}

package graph

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// measure refuses a document that is beyond the limits. It takes time in proportion to the document, which may have all
// mistakes that validation looks for later.
func measure(document *ast.QueryDocument) *gqlerror.Error {
	m := gauge{document: document, fragments: map[*ast.FragmentDefinition]extent{}}
	var all extent
	for _, operation := range document.Operations {
		m.variablesOf(operation.VariableDefinitions)
		m.directivesOf(operation.Directives)
		all = all.beside(m.selections(operation.SelectionSet, 0))
	}
	spread := all // what no operation spreads is a mistake, but is measured
	for _, fragment := range document.Fragments {
		all = all.beside(m.fragment(fragment))
	}
	switch {
	case len(document.Operations)+len(document.Fragments) > maxDefinitions:
		return tooComplex(LimitDefinitions, "The document has more than %d operations and fragments.", maxDefinitions)
	case m.variables > maxVariables:
		return tooComplex(LimitVariables, "The document has more than %d variables.", maxVariables)
	case m.directives > maxDirectives:
		return tooComplex(LimitDirectives, "The document has more than %d directives.", maxDirectives)
	case m.tooDeep || all.depth > maxDepth:
		return tooComplex(LimitDepth, "The document is more than %d fields or %d values deep.", maxDepth, maxValueDepth)
	case spread.aliases > maxAliases:
		return tooComplex(LimitAliases, "The document has more than %d aliases, once fragments are spread.", maxAliases)
	case spread.fields > maxFields:
		return tooComplex(LimitComplexity, "The document has more than %d fields, once fragments are spread.", maxFields)
	default:
		return nil
	}
}

// extent is how much a selection asks for with all fragments spread. It goes no further than one over the limits, as there can
// be 2 to the power of a hundred fields.
type extent struct{ fields, aliases, depth int }

func (e extent) beside(other extent) extent {
	return extent{
		min(e.fields+other.fields, maxFields+1), min(e.aliases+other.aliases, maxAliases+1), max(e.depth, other.depth),
	}
}

// gauge counts what a document has. It measures each fragment once, however often it is spread.
type gauge struct {
	document              *ast.QueryDocument
	fragments             map[*ast.FragmentDefinition]extent
	variables, directives int
	tooDeep               bool
}

func (m *gauge) selections(set ast.SelectionSet, level int) extent {
	var sum extent
	if level > maxDepth {
		m.tooDeep = true
		return sum
	}
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			m.directivesOf(s.Directives)
			m.argumentsOf(s.Arguments)
			part := m.selections(s.SelectionSet, level+1)
			part.fields++
			part.depth++
			if s.Alias != s.Name {
				part.aliases++
			}
			sum = sum.beside(part)
		case *ast.InlineFragment:
			m.directivesOf(s.Directives)
			part := m.selections(s.SelectionSet, level+1)
			part.depth++
			sum = sum.beside(part)
		case *ast.FragmentSpread:
			m.directivesOf(s.Directives)
			if fragment := m.document.Fragments.ForName(s.Name); fragment != nil {
				sum = sum.beside(m.fragment(fragment))
			}
		}
	}
	return sum
}

// fragment measures a fragment. One that spreads itself counts as nothing there: validation refuses it.
func (m *gauge) fragment(fragment *ast.FragmentDefinition) extent {
	known, seen := m.fragments[fragment]
	if !seen {
		m.fragments[fragment] = extent{}
		m.variablesOf(fragment.VariableDefinition)
		m.directivesOf(fragment.Directives)
		known = m.selections(fragment.SelectionSet, 0)
		m.fragments[fragment] = known
	}
	return known
}

func (m *gauge) variablesOf(list ast.VariableDefinitionList) {
	m.variables += len(list)
	for _, variable := range list {
		m.typeOf(variable.Type)
		m.value(variable.DefaultValue, 0)
		m.directivesOf(variable.Directives)
	}
}

func (m *gauge) typeOf(t *ast.Type) {
	for level := 0; t != nil; t = t.Elem {
		level++
		m.tooDeep = m.tooDeep || level > maxValueDepth+1
	}
}

func (m *gauge) directivesOf(list ast.DirectiveList) {
	m.directives += len(list)
	for _, directive := range list {
		m.argumentsOf(directive.Arguments)
	}
}

func (m *gauge) argumentsOf(list ast.ArgumentList) {
	for _, argument := range list {
		m.value(argument.Value, 0)
	}
}

func (m *gauge) value(v *ast.Value, level int) {
	if v == nil {
		return
	}
	if level > maxValueDepth {
		m.tooDeep = true
		return
	}
	for _, child := range v.Children {
		m.value(child.Value, level+1)
	}
}

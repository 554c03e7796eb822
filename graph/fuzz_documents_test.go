package graph

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// affordable is up to how many fields gqlparser's own rule for fields of one name is asked too.
const affordable = 40

// Whatever the document, it costs no more than the limits allow, it is nobody's panic, and where it is short gqlparser's rule for fields
// of one name agrees with ours.
func FuzzDocument(f *testing.F) {
	for _, c := range costly {
		var request struct{ Query string }
		if json.Unmarshal([]byte(c.body(10)), &request) == nil {
			f.Add(request.Query)
		}
	}
	for _, c := range valuesInTheWrongPlace {
		f.Add(c.query)
	}
	f.Add(graphiQLIntrospection)
	f.Add("{ node(id: 1) { id ... on User { a: sessions { ...F } } ... on Session { a: id ...F } } } fragment F on Node { id ... @skip(if: true) { id } }")
	send := beforeExecution(f)
	schema := loadSchema(f)
	f.Fuzz(func(t *testing.T, query string) {
		body := withQuery(query, "")
		cost := allocated(func() {
			if answer := send(body).Body.String(); strings.Contains(answer, "INTERNAL") {
				t.Errorf("got %s", answer)
			}
		})
		if cost > maxAllocated {
			t.Errorf("%d bytes cost %d", len(body), cost)
		}
		if _, errs := newDocuments(schema, true).read(t.Context(), query); errs == nil || isConflict(errs) {
			agreeWithGqlparser(t, schema, query, errs)
		}
	})
}

func isConflict(errs gqlerror.List) bool {
	return errs[0].Rule == rules.OverlappingFieldsCanBeMergedRule.Name
}

func agreeWithGqlparser(t *testing.T, schema *ast.Schema, query string, ours gqlerror.List) {
	t.Helper()
	document, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatal(err)
	}
	m := gauge{document: document, fragments: map[*ast.FragmentDefinition]extent{}}
	fields := 0
	for _, operation := range document.Operations {
		fields += m.selections(operation.SelectionSet, 0).fields
	}
	if fields > affordable {
		return
	}
	theirs := conflictsToGqlparser(schema, document)
	if theirs != nil && ours == nil || theirs == nil && ours != nil && !strings.ContainsAny(query, "[:") {
		t.Errorf("ours: %v; gqlparser's: %v", ours, theirs)
	}
}

// conflictsToGqlparser asks gqlparser's own rule about a document that keeps the others.
func conflictsToGqlparser(schema *ast.Schema, document *ast.QueryDocument) gqlerror.List {
	var found gqlerror.List
	observers := &validator.Events{}
	rules.OverlappingFieldsCanBeMergedRule.RuleFunc(observers, func(options ...validator.ErrorOption) {
		err := &gqlerror.Error{}
		for _, option := range options {
			option(err)
		}
		found = append(found, err)
	})
	validator.Walk(schema, document, observers)
	return found
}

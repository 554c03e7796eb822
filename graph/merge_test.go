package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// petSchema has what ours has not: fields of interfaces with arguments and with fields, like fields of unlike objects, unions. Only
// what is no scalar can be null: gqlparser does not tell String from Pet.
const petSchema = `
	type Query { pet(a: String, b: Int): Pet  dog: Dog  any: Any  all: [Pet!]!  some(filter: Filter): [Pet] }
	interface Pet { name(a: String, filter: Filter): String!  age(b: Int): Int!  mate: Pet  young: [Pet!]! }
	type Dog implements Pet { name(a: String, filter: Filter): String!  age(b: Int): Int!  mate: Pet  young: [Pet!]!  bark: String!  legs: Int!  cat: Cat }
	type Cat implements Pet { name(a: String, filter: Filter): String!  age(b: Int): Int!  mate: Pet  young: [Pet!]!  purr: String!  legs: Int!  cat: Cat  dog: Dog }
	union Any = Dog | Cat
	input Filter { kind: Kind  text: String }
	enum Kind { DOG CAT }`

// choices are those that a test's random documents and values are made by, a byte each, so that fuzzing can make them.
type choices []byte

// choose returns less than n; 0 when there are no more choices.
func (c *choices) choose(n int) int {
	if len(*c) == 0 {
		return 0
	}
	choice := int((*c)[0]) % n
	*c = (*c)[1:]
	return choice
}

// author writes documents that fit the schema, but for fields that conflict: few names, few values, many fragments.
type author struct {
	schema *ast.Schema
	choices
	composite bool            // whether there are objects in arguments
	fragments map[string]bool // those that were spread
}

// fragmentTypes are the types of the fragments F0, F1… that there may be. Each spreads only later ones.
var fragmentTypes = []string{"Query", "Pet", "Dog", "Any", "Cat", "Pet", "Query", "Dog", "Cat", "Pet"}

func (a *author) document() string {
	text := "query ($v: String, $w: String) { v: pet(a: $v) { name } w: pet(a: $w) { name }" + a.selections("Query", 0, 0) + "}"
	for i, on := range fragmentTypes {
		if name := fmt.Sprintf("F%d", i); a.fragments[name] {
			text += " fragment " + name + " on " + on + " {" + a.selections(on, i+1, 0) + "}"
		}
	}
	return text
}

// selections writes what is selected of a type; fragments from the one given on may be spread.
func (a *author) selections(on string, fragment, depth int) string {
	text := ""
	for range 1 + a.choose(4) {
		switch a.choose(5) {
		case 0:
			text += " __typename"
		case 1:
			if other := a.spreadable(on); depth < 6 {
				text += " ... on " + other + " {" + a.selections(other, fragment, depth+1) + "}"
			}
		case 2:
			i := a.choose(len(fragmentTypes))
			if i >= fragment && a.fits(on, fragmentTypes[i]) {
				a.fragments[fmt.Sprintf("F%d", i)] = true
				text += fmt.Sprintf(" ...F%d", i)
			}
		default:
			text += a.field(on, fragment, depth)
		}
	}
	return text + " __typename"
}

func (a *author) field(on string, fragment, depth int) string {
	fields := a.schema.Types[on].Fields
	if on == "Query" {
		fields = fields[:5] // without introspection
	}
	if len(fields) == 0 { // of a union
		return ""
	}
	field := fields[a.choose(len(fields))]
	below := a.schema.Types[field.Type.Name()]
	if depth >= 6 && below.IsCompositeType() {
		return ""
	}
	text := " " + []string{"", "", "", "a: ", "b: ", "name: ", "mate: "}[a.choose(7)] + field.Name
	if arguments := a.arguments(field); arguments != "" {
		text += "(" + arguments + ")"
	}
	if below.IsCompositeType() {
		text += " {" + a.selections(field.Type.Name(), fragment, depth+1) + "}"
	}
	return text
}

func (a *author) arguments(field *ast.FieldDefinition) string {
	var list []string
	for _, argument := range field.Arguments {
		if argument.Type.NonNull || a.choose(3) == 0 {
			if value := a.value(argument.Type); value != "" {
				list = append(list, argument.Name+": "+value)
			}
		}
	}
	if len(list) == 2 && a.choose(2) == 0 {
		list[0], list[1] = list[1], list[0]
	}
	return strings.Join(list, ", ")
}

func (a *author) value(t *ast.Type) string {
	switch t.Name() {
	case "String":
		return []string{`"x"`, `"y"`, `"""x"""`, "$v", "$w", "null"}[a.choose(6)]
	case "Int":
		return []string{"1", "2"}[a.choose(2)]
	default:
		if !a.composite {
			return ""
		}
		return []string{"{kind: DOG}", "{kind: CAT}", "{kind: DOG, text: $v}", "{text: $v, kind: DOG}", "{}"}[a.choose(5)]
	}
}

// spreadable is a type whose fragments can be spread on another.
func (a *author) spreadable(on string) string {
	all := []string{on}
	for _, other := range []string{"Pet", "Dog", "Cat", "Any"} {
		if a.fits(on, other) {
			all = append(all, other)
		}
	}
	return all[a.choose(len(all))]
}

func (a *author) fits(on, other string) bool {
	possible := func(name string) []*ast.Definition { return a.schema.GetPossibleTypes(a.schema.Types[name]) }
	return slices.ContainsFunc(possible(on), func(d *ast.Definition) bool { return slices.Contains(possible(other), d) })
}

// verdicts asks gqlparser's rule and ours about a document that author wrote. Both find a conflict or neither does, but that gqlparser
// can't tell objects from each other.
func verdicts(t *testing.T, schema *ast.Schema, by choices) (conflicts, tried bool) {
	t.Helper()
	a := author{schema: schema, choices: by, fragments: map[string]bool{}}
	a.composite = a.choose(4) == 0
	text := a.document()
	document, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if measure(document) != nil {
		return false, false
	}
	d := documents{schema: schema}
	if errs := d.validate(document, false); errs != nil {
		t.Fatalf("%v: %s", errs, text)
	}
	ours := mergeable(schema, document)
	theirs := conflictsToGqlparser(schema, document)
	if len(theirs) > 0 && ours == nil || len(theirs) == 0 && ours != nil && !a.composite {
		t.Errorf("ours: %v; gqlparser's: %v; in %s", ours, theirs, text)
	}
	return ours != nil, true
}

func TestMergeableFindsWhatGqlparserFinds(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: petSchema})
	random := rand.New(rand.NewChaCha8([32]byte{1}))
	seen := map[bool]int{}
	for range 2500 {
		by := make(choices, random.IntN(150))
		for i := range by {
			by[i] = byte(random.UintN(256))
		}
		if conflicts, tried := verdicts(t, schema, by); tried {
			seen[conflicts]++
		}
	}
	if seen[true] < 250 || seen[false] < 250 {
		t.Errorf("with conflicts, and without: %v; too few of one kind show nothing", seen)
	}
}

func TestFieldsOfUnlikeObjectsOnlyHaveToLookAlike(t *testing.T) {
	t.Parallel()
	documents := newDocuments(gqlparser.MustLoadSchema(&ast.Source{Input: petSchema}), true)
	for _, c := range []struct {
		dog, cat string
		refused  bool
	}{
		{"a: bark", "a: purr", false},
		{"name", `name(a: "x")`, false},
		{"a: bark", "a: legs", true},
		{"a: mate { b: name }", `a: mate { b: name(a: "x") }`, false},
		{"a: mate { b: name }", "a: cat { b: purr }", false},
		{"a: mate { b: name }", "a: mate { b: age }", true},
		{"a: mate { ... on Dog { b: bark } }", "a: mate { ... on Cat { b: legs } }", true},
		{"a: mate { ... on Dog { b: bark } }", "a: mate { ... on Cat { b: purr } }", false},
		{"a: mate { b: name c: name }", `a: mate { b: name b: name(a: "x") }`, true},
	} {
		_, errs := documents.read(t.Context(), "{ pet { ... on Dog { "+c.dog+" } ... on Cat { "+c.cat+" } } }")
		if (errs != nil) != c.refused {
			t.Errorf("%s and %s: %v", c.dog, c.cat, errs)
		}
	}
}

func TestScalarAndObjectAreNotOne(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: "type Query { pet: Pet } interface Pet { name: String } type Dog implements Pet { name: String mate: Dog } type Cat implements Pet { name: String }"})
	documents := newDocuments(schema, true)
	const query = `{ pet { ... on Dog { a: mate { name } } ... on Cat { %s: name } } }`
	if _, errs := documents.read(t.Context(), fmt.Sprintf(query, "b")); errs != nil {
		t.Error(errs)
	}
	if _, errs := documents.read(t.Context(), fmt.Sprintf(query, "a")); errs == nil {
		t.Error("one name in the answer is a text and an object")
	}
}

func FuzzMergeable(f *testing.F) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: petSchema})
	for i := range 20 {
		f.Add([]byte(strings.Repeat(string(rune('a'+i))+"q7B\x00\x03x", 10)))
	}
	f.Fuzz(func(t *testing.T, by []byte) {
		verdicts(t, schema, by[:min(len(by), 150)])
	})
}

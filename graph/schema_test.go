package graph

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2"
	gql "github.com/vektah/gqlparser/v2/ast"

	"latchkey/ent/user"
)

func loadSchema(t testing.TB) *gql.Schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "schema.graphqls"))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&gql.Source{Name: "schema.graphqls", Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// own are the types of the contract, in the order of their names.
func own(schema *gql.Schema) []*gql.Definition {
	var found []*gql.Definition
	for _, definition := range schema.Types {
		if !definition.BuiltIn {
			found = append(found, definition)
		}
	}
	slices.SortFunc(found, func(a, b *gql.Definition) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// A field below @defer would be null without an error: no transport of ours sends answers in parts.
func TestDeferIsNotInTheSchema(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, true)
	a := h.ask(t, request{Query: "{ me { id ... @defer { sessions { id } } } }"})
	a.refused(t, "GRAPHQL_VALIDATION_FAILED")
	h.notExecuted(t, a)
	if shown := h.ask(t, request{Query: "{ __schema { directives { name } } }"}); strings.Contains(shown.body, `"defer"`) {
		t.Error("introspection has it")
	}
}

func TestEverythingInTheSchemaIsDescribed(t *testing.T) {
	t.Parallel()
	schema := loadSchema(t)
	for name, directive := range schema.Directives {
		if directive.Position.Src.BuiltIn {
			continue
		}
		if directive.Description == "" {
			t.Errorf("the directive @%s has no description", name)
		}
		for _, argument := range directive.Arguments {
			if argument.Description == "" {
				t.Errorf("the argument @%s(%s) has no description", name, argument.Name)
			}
		}
	}
	for _, definition := range own(schema) {
		if definition.Description == "" {
			t.Errorf("the type %s has no description", definition.Name)
		}
		for _, f := range definition.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			if f.Description == "" {
				t.Errorf("the field %s.%s has no description", definition.Name, f.Name)
			}
			for _, argument := range f.Arguments {
				if argument.Description == "" {
					t.Errorf("the argument %s.%s(%s) has no description", definition.Name, f.Name, argument.Name)
				}
			}
		}
		for _, value := range definition.EnumValues {
			if value.Description == "" {
				t.Errorf("the value %s.%s has no description", definition.Name, value.Name)
			}
		}
	}
}

// Enums are bound to constants of ours, without code in between: each value has its constant, and each constant its value.
func TestEnumsOfTheSchemaAreTheConstantsOfTheCode(t *testing.T) {
	t.Parallel()
	const rules = "../internal/auth"
	for name, constants := range map[string][]string{
		"ErrorCode":    slices.Concat(constantsOf(t, rules, "Code"), constantsOf(t, ".", "auth.Code")),
		"TokenProblem": constantsOf(t, "../internal/token", "Problem"),
		"LogoutScope":  constantsOf(t, rules, "LogoutScope"),
		"Role":         {string(user.RoleUSER), string(user.RoleADMIN)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var values []string
			for _, value := range loadSchema(t).Types[name].EnumValues {
				values = append(values, value.Name)
			}
			slices.Sort(values)
			slices.Sort(constants)
			if !slices.Equal(values, constants) {
				t.Errorf("the schema has\n  %v\nthe code\n  %v", values, constants)
			}
		})
	}
}

// constantsOf returns the values of all constants of a type in a directory's Go files, but for the tests.
func constantsOf(t *testing.T, dir, typeName string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.ValueSpec)
			if ok && nameOf(spec.Type) == typeName {
				for _, value := range spec.Values {
					values = append(values, valueOf(t, value))
				}
			}
			return true
		})
	}
	if len(values) == 0 {
		t.Fatalf("there are no constants of the type %s in %s", typeName, dir)
	}
	return values
}

func nameOf(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return nameOf(e.X) + "." + e.Sel.Name
	default:
		return ""
	}
}

func valueOf(t *testing.T, expression ast.Expr) string {
	t.Helper()
	if literal, ok := expression.(*ast.BasicLit); ok {
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	known := map[string]string{
		"errcode.ParseFailed": errcode.ParseFailed, "errcode.ValidationFailed": errcode.ValidationFailed,
	}
	value, ok := known[nameOf(expression)]
	if !ok {
		t.Fatalf("the value of %s is not known to this test", nameOf(expression))
	}
	return value
}

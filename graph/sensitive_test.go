package graph

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	entgo "entgo.io/ent"

	"latchkey/ent"
	"latchkey/ent/migrate"
	"latchkey/ent/schema"
)

// entities are the rows of all tables, and what describes them.
var entities = []struct {
	row         any
	description entgo.Interface
}{
	{ent.User{}, schema.User{}},
	{ent.Session{}, schema.Session{}},
	{ent.BlockedToken{}, schema.BlockedToken{}},
	{ent.KeyRecord{}, schema.KeyRecord{}},
	{ent.Lock{}, schema.Lock{}},
}

// What is marked Sensitive() never gets into the contract, under any type, and the generated code never touches it, under
// any name.
func TestNoSensitiveFieldIsReachable(t *testing.T) {
	t.Parallel()
	if len(entities) != len(migrate.Tables) {
		t.Fatalf("this test knows %d of %d tables", len(entities), len(migrate.Tables))
	}
	generated, err := os.ReadFile("generated.go")
	if err != nil {
		t.Fatal(err)
	}
	contract := own(loadSchema(t))
	found := 0
	for _, entity := range entities {
		for _, column := range entity.description.Fields() {
			descriptor := column.Descriptor()
			if !descriptor.Sensitive {
				continue
			}
			found++
			hidden := spellings(descriptor.Name)
			for _, definition := range contract {
				for _, f := range definition.Fields {
					if hidden[strings.ToLower(f.Name)] {
						t.Errorf("%s.%s is sensitive", definition.Name, f.Name)
					}
				}
			}
			name := goName(t, entity.row, hidden)
			if regexp.MustCompile(`\.` + name + `\b`).Match(generated) {
				t.Errorf("generated.go reads %s", name)
			}
		}
	}
	if found == 0 {
		t.Error("no field is marked Sensitive(): not even the hash of the password")
	}
}

// spellings are the names of a column in GraphQL and in Go, in lower case.
func spellings(column string) map[string]bool {
	return map[string]bool{column: true, strings.ReplaceAll(column, "_", ""): true}
}

// goName is the name of the struct's field that has one of the spellings.
func goName(t *testing.T, row any, spellings map[string]bool) string {
	t.Helper()
	for _, f := range reflect.VisibleFields(reflect.TypeOf(row)) {
		if spellings[strings.ToLower(f.Name)] {
			return f.Name
		}
	}
	t.Fatalf("%T has none of %v", row, spellings)
	return ""
}

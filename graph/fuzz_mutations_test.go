package graph

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"
	"github.com/vektah/gqlparser/v2/ast"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

// caller is somebody who has just signed up, and what they have.
type caller struct{ username, id, sessionID, accessToken, refreshToken string }

// caller signs somebody up, an administrator perhaps.
func (h *testHandler) caller(t *testing.T, db *store.DB, username string, administrator bool) caller {
	t.Helper()
	a := h.ask(t, request{
		Query:     `mutation ($input: SignupInput!) { signup(input: $input) { accessToken refreshToken user { id sessions { id } } } }`,
		Variables: json.RawMessage(fmt.Sprintf(`{"input":{"username":%q,"password":%q}}`, username, planted)),
	})
	var data struct {
		Data struct {
			Signup struct {
				AccessToken, RefreshToken string
				User                      struct {
					ID       string
					Sessions []struct{ ID string }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(a.body), &data); err != nil || len(a.Errors) > 0 {
		t.Fatalf("%v: %s", err, a.body)
	}
	made := data.Data.Signup
	if administrator {
		if err := db.Tx(t.Context(), func(tx *ent.Tx) error {
			return tx.User.UpdateOneID(uuid.FromStringOrNil(made.User.ID)).SetRole(user.RoleADMIN).Exec(t.Context())
		}); err != nil {
			t.Fatal(err)
		}
	}
	return caller{username, made.User.ID, made.User.Sessions[0].ID, made.AccessToken, made.RefreshToken}
}

// sender makes arguments for a mutation out of bytes: some that fit, some of another type, some left out.
type sender struct {
	choices
	schema      *ast.Schema
	caller      caller
	text        string         // what came from nowhere
	variables   map[string]any // those that the arguments are sent in
	definitions []string       // of the variables
}

// fitting are values that may be right for the argument or field of a name.
func (s *sender) fitting(name string) []any {
	ids := []any{s.caller.id, s.caller.sessionID}
	return map[string][]any{
		"password": {planted}, "currentPassword": {planted}, "newPassword": {planted + "2"}, "identifier": {s.caller.username},
		"token": {s.caller.accessToken, s.caller.refreshToken}, "id": ids, "ids": ids, "userId": ids,
		"email": {s.caller.username + "@example.org", nil}, "username": {s.caller.username + ".2", nil}, "name": {s.text, nil},
	}[name]
}

// argument is a value as it stands in the document.
func (s *sender) argument(name string, t *ast.Type) string {
	value := s.value(name, t, 0)
	if s.choose(2) == 0 {
		return literal(value)
	}
	variable := fmt.Sprintf("v%d", len(s.variables))
	s.definitions = append(s.definitions, fmt.Sprintf("$%s: %s", variable, t))
	s.variables[variable] = value
	return "$" + variable
}

// value is one for t, or one of another type.
func (s *sender) value(name string, t *ast.Type, depth int) any {
	definition := s.schema.Types[t.Name()]
	switch {
	case s.choose(10) == 0 || depth > 3:
		texts := []any{
			s.text, planted, s.text + planted, "", " ", "ada", "a@example.org", true, 7, -1.5, nil, []any{planted}, map[string]any{"a": planted},
		}
		return texts[s.choose(len(texts))]
	case t.Elem != nil:
		list := []any{}
		for range s.choose(4) {
			list = append(list, s.value(name, t.Elem, depth+1))
		}
		return list
	case definition.Kind == ast.InputObject:
		object := map[string]any{}
		for _, field := range definition.Fields {
			if field.Type.NonNull || s.choose(2) > 0 {
				object[field.Name] = s.value(field.Name, field.Type, depth+1)
			}
		}
		return object
	case definition.Kind == ast.Enum:
		return enum(definition.EnumValues[s.choose(len(definition.EnumValues))].Name)
	case t.Name() == "Boolean":
		return s.choose(2) == 0
	}
	if all := s.fitting(name); len(all) > 0 && s.choose(4) > 0 {
		return all[s.choose(len(all))]
	}
	return s.text
}

// mutation is one with any arguments.
func (s *sender) mutation(field *ast.FieldDefinition) request {
	s.variables, s.definitions = map[string]any{}, nil
	var arguments []string
	for _, argument := range field.Arguments {
		if s.choose(16) > 0 {
			arguments = append(arguments, argument.Name+": "+s.argument(argument.Name, argument.Type))
		}
	}
	query := field.Name
	if len(arguments) > 0 {
		query += "(" + strings.Join(arguments, ", ") + ")"
	}
	query = "{ " + query + " { __typename } }"
	if len(s.definitions) > 0 {
		query = "(" + strings.Join(s.definitions, ", ") + ") " + query
	}
	variables, err := json.Marshal(s.variables)
	if err != nil {
		panic(err)
	}
	return request{Query: "mutation " + query, Variables: variables}
}

// enum is a value of an enum: a name in a document, a text in variables.
type enum string

func literal(value any) string {
	switch v := value.(type) {
	case enum:
		return string(v)
	case []any:
		var list []string
		for _, element := range v {
			list = append(list, literal(element))
		}
		return "[" + strings.Join(list, ", ") + "]"
	case map[string]any:
		var list []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			list = append(list, name+": "+literal(v[name]))
		}
		return "{" + strings.Join(list, ", ") + "}"
	default:
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return string(text)
	}
}

// Whatever the arguments of any mutation, whoever sends them: what is wrong has a code of the contract, and is not repeated. Nothing of it
// is a defect. An input is a first few choices; those that follow are random, but the same each time.
func FuzzMutation(f *testing.F) {
	for i := range 30 {
		f.Add([]byte{byte(i)}, []string{"ada lovelace", "ä\u0000\U0010ffff' OR 1=1 --", "ada@example.org"}[i%3])
	}
	db := testdb.OpenMigrated(f, testdb.SQLite(f))
	h := newTestHandlerOn(f, db, true, time.Minute)
	schema := loadSchema(f)
	codes := toldCodes(f)
	people := 0
	f.Fuzz(func(t *testing.T, by []byte, text string) {
		people++
		more := make([]byte, 400)
		_, _ = rand.NewChaCha8(sha256.Sum256(by)).Read(more) // it can't fail
		s := sender{choices: slices.Concat(by, more), schema: schema, text: strings.ToValidUTF8(text, "?")}
		who := s.choose(8)
		s.caller = h.caller(t, db, fmt.Sprintf("user-%d", people), who > 4)
		for range 5 {
			fields := schema.Mutation.Fields
			r := s.mutation(fields[s.choose(len(fields))])
			if who > 0 {
				r.bearer = s.caller.accessToken
			}
			h.log.Reset()
			a := h.ask(t, r)
			checkAnswer(t, []byte(a.body), codes)
			if strings.Contains(h.log.String(), planted) {
				t.Errorf("the log repeats a value: %s", h.log)
			}
			if t.Failed() {
				t.Fatalf("%s\n%s\n%s\n%s", r.Query, r.Variables, a.body, h.log)
			}
		}
	})
}

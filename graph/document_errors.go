package graph

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxMessage bounds a message, in bytes.
const maxMessage = 300

// presentDocumentError shows an error of gqlparser in our own words where its words may repeat a value of the document or
// the variables: someone's password, perhaps. Names may stay.
func presentDocumentError(err *gqlerror.Error) *gqlerror.Error {
	shown := &gqlerror.Error{
		Locations:  err.Locations,
		Extensions: map[string]any{"code": err.Extensions["code"]},
	}
	switch {
	case err.Extensions["code"] == errcode.ParseFailed:
		shown.Message = "The document is not GraphQL" + at(err.Locations) + "."
	case len(err.Path) > 0 && err.Path[0] == ast.PathName("variable"):
		shown.Message = "Variable " + shortened(variableName(err.Path[1:])) + " " + variableProblem(err.Message)
	case err.Rule == "ValuesOfCorrectType" && !strings.HasPrefix(err.Message, `Field "`):
		shown.Message = "A value does not fit its type" + at(err.Locations) + "."
	case err.Rule != "":
		shown.Message = shortened(err.Message)
	default:
		shown.Message = "The document does not contain the operation that was asked for."
	}
	return shown
}

// shortened shortens a text that holds only names, which may be as long as the sender likes.
func shortened(text string) string {
	if len(text) > maxMessage {
		text = text[:maxMessage] + "…" // names are ASCII
	}
	return text
}

func at(locations []gqlerror.Location) string {
	if len(locations) == 0 {
		return ""
	}
	return fmt.Sprintf(" (line %d, column %d)", locations[0].Line, locations[0].Column)
}

// variableName writes $input.email. Keys of an input object come from the client and may be anything; only what is a name
// in GraphQL is repeated.
func variableName(path ast.Path) string {
	text := path.String()
	if len(text) > maxMessage || !namePath.MatchString(text) {
		return "$" + strings.SplitN(text, ".", 2)[0]
	}
	return "$" + text
}

var namePath = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*([.\[][_0-9A-Za-z]+\]?)*$`)

// variableProblem keeps the messages of gqlparser that hold no value.
func variableProblem(message string) string {
	switch message {
	case "must be defined":
		return "is required."
	case "cannot be null":
		return "can't be null."
	case "unknown field":
		return "is not a field of its type."
	default:
		return "does not fit its type."
	}
}

package graph

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
)

// What a request is called that has not one root field.
const (
	notAnOperation = "invalid" // nothing was executed
	severalFields  = "several"
	introspecting  = "introspection"
)

// operationName is what the operation asks for: its root field, as the schema has it. What the client calls it may be anything.
func operationName(operation *graphql.OperationContext) string {
	if field, plain := onlyField(operation); plain {
		return rootName(field.Name)
	}
	name := introspecting
	for _, field := range rootFields(operation) {
		switch found := rootName(field.Name); {
		case found == introspecting:
		case name == introspecting:
			name = found
		case name != found:
			return severalFields
		}
	}
	return name
}

func rootName(field string) string {
	switch field {
	case "__schema", "__type", "__typename":
		return introspecting
	default:
		return field
	}
}

// codeOf is the code of the first error, OK if there is none.
func codeOf(errs gqlerror.List) string {
	if len(errs) == 0 {
		return "OK"
	}
	switch code := errs[0].Extensions["code"].(type) {
	case auth.Code:
		return string(code)
	case string:
		return code
	default:
		return string(codeInternal)
	}
}

package graph

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
)

// Limit is the name of a bound on what a request may ask for. Together they hold what a request costs, from the arrival of its body
// until it is refused or executed, below 50 ms and 20 MB; and what it costs then to what honest clients need.
type Limit string

// The limits, each with its name for those who count.
const (
	LimitBody        Limit = "body"        // maxBody: BAD_REQUEST, status 413
	LimitBatch       Limit = "batch"       // one operation a request: BAD_REQUEST
	LimitTokens      Limit = "tokens"      // maxTokens: OPERATION_TOO_COMPLEX, as all that follow but the last
	LimitDefinitions Limit = "definitions" // maxDefinitions
	LimitDepth       Limit = "depth"       // maxDepth, maxValueDepth, maxListDepth
	LimitAliases     Limit = "aliases"     // maxAliases
	LimitDirectives  Limit = "directives"  // maxDirectives
	LimitVariables   Limit = "variables"   // maxVariables
	LimitComplexity  Limit = "complexity"  // maxFields, maxValues
	LimitRootFields  Limit = "root_fields" // maxRootFields; one of a mutation
	LimitList        Limit = "list"        // maxList: BAD_USER_INPUT
)

// Limits are all of them.
var Limits = [...]Limit{
	LimitBody, LimitBatch, LimitTokens, LimitDefinitions, LimitDepth, LimitAliases, LimitDirectives, LimitVariables, LimitComplexity,
	LimitRootFields, LimitList,
}

// For comparison: the introspection query of graphql-js with all its options, GraphiQL's, has 184 tokens in 2 KiB, and 230 fields once
// fragments are spread, up to 15 of them in each other; no alias, directive or variable.
const (
	// maxBody bounds a request's body, and a GET's query string, in bytes. The largest honest request deletes 100 users: 4 KiB.
	// A byte of JSON takes up to 75 of memory until it is read.
	maxBody = 64 << 10

	// maxTokens bounds a document: ten times that introspection query.
	maxTokens = 2000

	// maxDefinitions bounds the operations and fragments of a document, because gqlparser walks through all fragments once for each. All
	// operations of an app in one file are still fewer.
	maxDefinitions = 50

	// maxDepth bounds how deep fields stand in fields (fragments count as what they spread) and in inline fragments. Without
	// introspection this schema has 5 levels.
	maxDepth = 20

	// maxValueDepth bounds how deep lists and objects stand in each other, and lists in types. This schema has a list in no
	// object and no list.
	maxValueDepth = 5

	// maxAliases bounds the aliases of a document once fragments are spread. They are for fetching one thing with different
	// arguments, which maxRootFields bounds, and for names that clients like better.
	maxAliases = 50

	// maxRootFields bounds the fields at the top of a query: each may verify a token and ask the database. Query has 7.
	maxRootFields = 20

	// maxDirectives bounds the directives of a document: @skip and @include on some ten fields of each operation.
	maxDirectives = 50

	// maxVariables bounds the variables that a document defines, and those that a request sends. No field takes more than
	// three arguments.
	maxVariables = 100

	// maxFields bounds the fields of a document once fragments are spread: a few hundred tokens can spread into billions.
	maxFields = 1000

	// maxValues bounds the values that an answer can have, if every list is as long as it may be. One is a kilobyte at most
	// (a userAgent), so the largest answer takes some 20 MB.
	maxValues = 20_000

	// maxListDepth bounds how deep introspection goes through lists of lists: fields of types of fields… GraphiQL's goes
	// through three.
	maxListDepth = 3

	// maxList bounds a list in an argument. No argument takes more than half of it, but it is deleteUsers that says so, to
	// administrators alone and with whatever else is wrong.
	maxList = 2 * auth.MaxPage

	// maxErrors is where checking a document ends, as in graphql-js: who mends 20 mistakes may ask again. Each repeats
	// names, which may be as long as the body.
	maxErrors = 20

	// maxSuggested is up to how many bytes of a document unknown names are compared with the schema's, letter by letter.
	maxSuggested = 4 << 10
)

// exceeded refuses what goes beyond a limit.
type exceeded struct {
	limit Limit
	shown *auth.Error
}

func (e *exceeded) Error() string { return e.shown.Error() }
func (e *exceeded) Unwrap() error { return e.shown }

// limitOf returns the limit that a request is beyond, "" if it is refused for another reason.
func limitOf(errs gqlerror.List) Limit {
	var beyond *exceeded
	if errors.As(errs, &beyond) {
		return beyond.limit
	}
	return ""
}

// tooComplex refuses a document or an operation.
func tooComplex(limit Limit, format string, args ...any) *gqlerror.Error {
	return gqlerror.Wrap(&exceeded{limit, &auth.Error{Code: codeTooComplex, Message: fmt.Sprintf(format, args...)}})
}

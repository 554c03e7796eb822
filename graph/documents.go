package graph

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// documents reads documents, and remembers those that are small. It does so in gqlgen's place, which checks all of a document
// before anyone can count what that will cost, and takes time that grows with the square of it. What was read for a request goes on to
// gqlgen in the request's context, as if from a cache.
type documents struct {
	schema  *ast.Schema
	known   graphql.Cache[*ast.QueryDocument]
	suggest bool // whether errors may name what the sender may have meant, which tells about the schema
}

// Nobody can fill the memory with documents: one takes up to 70 times its length, so all of them together take 70 MiB at
// most.
const (
	cachedDocuments   = 256
	maxCachedDocument = 4 << 10 // bytes
)

func newDocuments(schema *ast.Schema, suggest bool) *documents {
	return &documents{schema: schema, known: lru.New[*ast.QueryDocument](cachedDocuments), suggest: suggest}
}

// read returns the document that text is, if it is within the limits and fits the schema.
func (d *documents) read(ctx context.Context, text string) (*ast.QueryDocument, gqlerror.List) {
	if document, found := d.known.Get(ctx, text); found {
		return document, nil
	}
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
	if err != nil {
		return nil, gqlerror.List{parseError(err)}
	}
	if len(document.Operations) == 0 {
		return nil, asInvalid(gqlerror.List{gqlerror.Errorf("no operation provided")})
	}
	if err := measure(document); err != nil {
		return nil, gqlerror.List{err}
	}
	if errs := d.validate(document, d.suggest && len(text) <= maxSuggested); errs != nil {
		return nil, asInvalid(errs)
	}
	if err := mergeable(d.schema, document); err != nil {
		return nil, asInvalid(gqlerror.List{err})
	}
	if len(text) <= maxCachedDocument {
		d.known.Add(ctx, text, document)
	}
	return document, nil
}

func parseError(err error) *gqlerror.Error {
	var located *gqlerror.Error
	if !errors.As(err, &located) {
		located = gqlerror.Wrap(err)
	}
	if strings.HasPrefix(located.Message, "exceeded token limit") {
		return tooComplex(LimitTokens, "The document has more than %d tokens.", maxTokens)
	}
	errcode.Set(located, errcode.ParseFailed)
	return located
}

func asInvalid(errs gqlerror.List) gqlerror.List {
	for _, err := range errs {
		errcode.Set(err, errcode.ValidationFailed)
	}
	return errs
}

// validate checks a document against the rules of GraphQL §5, but for what mergeable does. It finds maxErrors at most.
func (d *documents) validate(document *ast.QueryDocument, suggest bool) (errs gqlerror.List) {
	type enough struct{}
	defer func() {
		if reason := recover(); reason != nil && reason != (enough{}) {
			panic(reason)
		}
	}()
	observers := &validator.Events{}
	for _, rule := range validationRules[suggest] {
		rule.RuleFunc(observers, func(options ...validator.ErrorOption) {
			err := &gqlerror.Error{Rule: rule.Name}
			for _, option := range options {
				option(err)
			}
			errs = append(errs, err)
			if len(errs) == maxErrors {
				panic(enough{}) // gqlparser has no other way out
			}
		})
	}
	validator.Walk(d.schema, document, observers)
	return errs
}

// validationRules are gqlparser's, with suggestions and without, but for two whose cost grows with more than the document:
// OverlappingFieldsCanBeMerged, which mergeable replaces, and MaxIntrospectionDepth, which expansion does.
var validationRules = map[bool][]validator.Rule{true: rulesOf(rules.NewDefaultRules()), false: rulesOf(rulesWithoutSuggestions())}

func rulesWithoutSuggestions() *rules.Rules {
	r := rules.NewDefaultRules()
	r.ReplaceRule(rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.KnownArgumentNamesRule.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.KnownTypeNamesRule.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ScalarLeafsRule.Name, rules.ScalarLeafsRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc)
	return r
}

func rulesOf(r *rules.Rules) []validator.Rule {
	r.RemoveRule(rules.OverlappingFieldsCanBeMergedRule.Name)
	r.RemoveRule(rules.MaxIntrospectionDepth.Name)
	var list []validator.Rule
	for _, name := range slices.Sorted(maps.Keys(r.GetInner())) {
		list = append(list, validator.Rule{Name: name, RuleFunc: r.GetInner()[name]})
	}
	return list
}

type documentKey struct{}

// withDocument hands a document on to gqlgen.
func withDocument(ctx context.Context, document *ast.QueryDocument) context.Context {
	return context.WithValue(ctx, documentKey{}, document)
}

// readAlready is the cache in which gqlgen finds the document that was handed on.
type readAlready struct{}

var _ graphql.Cache[*ast.QueryDocument] = readAlready{}

func (readAlready) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	document, found := ctx.Value(documentKey{}).(*ast.QueryDocument)
	return document, found
}

func (readAlready) Add(context.Context, string, *ast.QueryDocument) {}

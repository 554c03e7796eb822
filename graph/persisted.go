package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/lru"
)

// persisted are documents by their hash, for automatic persisted queries, as Apollo calls them: a client sends the SHA-256 of a
// document instead of it, and both where the server does not know the hash.
//
// Nobody can fill the memory with them: all together they take 1 MiB at most. And nobody can find out by hashes what others have sent:
// a document with a text in it, which may be someone's password, is not kept.
type persisted struct {
	documents graphql.Cache[string]
}

func newPersisted() persisted { return persisted{lru.New[string](cachedDocuments)} }

// complete puts the document into params if only its hash was sent, and else checks the hash.
func (p persisted) complete(ctx context.Context, params *graphql.RawParams) *refusal {
	if params.Extensions[persistedQuery] == nil {
		return nil
	}
	hash := sentHash(params.Extensions)
	if hash == "" {
		return badRequest("The extension persistedQuery takes the version 1 and a sha256Hash.")
	}
	if params.Query != "" {
		if hash != hashOf(params.Query) {
			return badRequest("The sha256Hash is not that of the query.")
		}
		return nil
	}
	document, known := p.documents.Get(ctx, hash)
	if !known {
		// The words and the status that clients look for.
		return &refusal{status: http.StatusOK, code: codePersistedQueryNotFound, message: "PersistedQueryNotFound"}
	}
	params.Query = document
	return nil
}

// keep remembers a document that fits the schema, if it came with its hash.
func (p persisted) keep(ctx context.Context, params *graphql.RawParams) {
	hash := sentHash(params.Extensions)
	if hash != "" && len(params.Query) <= maxCachedDocument && !strings.Contains(params.Query, `"`) {
		p.documents.Add(ctx, hash, params.Query)
	}
}

// persistedQuery is the member of a request's extensions that has the hash.
const persistedQuery = "persistedQuery"

// sentHash returns the hash in a request's extensions, "" if there is none that we understand.
func sentHash(extensions map[string]any) string {
	sent, _ := extensions[persistedQuery].(map[string]any)
	hash, _ := sent["sha256Hash"].(string)
	if version := sent["version"]; version != 1.0 && version != json.Number("1") { // plain, or read exactly
		return ""
	}
	return hash
}

func hashOf(document string) string {
	sum := sha256.Sum256([]byte(document))
	return hex.EncodeToString(sum[:])
}

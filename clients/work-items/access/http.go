package access

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Middleware lets a request pass if it carries a valid token, and puts its Viewer into the context. Otherwise nothing of the
// request is executed, and the answer has the error of GraphQL.
func (v *Verifier) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		viewer, err := v.Verify(r.Context(), bearerToken(r.Header))
		if err != nil {
			refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), viewerKey{}, viewer)))
	})
}

// bearerToken returns what follows the scheme, which is case-insensitive (RFC 6750 §2.1, RFC 9110 §11.1), or "".
func bearerToken(header http.Header) string {
	scheme, token, _ := strings.Cut(header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// GraphQLError is err as clients of Latchkey know it: on UNAUTHENTICATED they refresh and try again, on UNAVAILABLE they do not.
func GraphQLError(err error) *gqlerror.Error {
	var refused Refused
	if errors.As(err, &refused) {
		return &gqlerror.Error{Message: "This needs a valid access token.", Extensions: map[string]any{
			"code": "UNAUTHENTICATED", "reason": refused,
		}}
	}
	return &gqlerror.Error{Message: "The service can't do this at the moment. Nothing was changed.", Extensions: map[string]any{
		"code": "UNAVAILABLE", "retryAfter": 1,
	}}
}

// refuse answers as GraphQL over HTTP does before anything is executed.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	media := "application/json"
	if newer := "application/graphql-response+json"; strings.Contains(r.Header.Get("Accept"), newer) {
		media = newer // whose errors clients read whatever the status is
	}
	header, status := w.Header(), http.StatusUnauthorized
	header.Set("Content-Type", media)
	if errors.Is(err, ErrUnavailable) {
		status = http.StatusServiceUnavailable
		header.Set("Retry-After", "1")
	} else {
		header.Set("WWW-Authenticate", "Bearer") // RFC 6750 §3
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": gqlerror.List{GraphQLError(err)}}) // or the client is gone
}

package graph

import (
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/internal/auth"
)

// The media types of a response (GraphQL over HTTP §4). The newer one says by its status whether the operation was
// executed; the older one is always 200 once the request is well-formed.
const (
	newType = "application/graphql-response+json"
	oldType = "application/json"
)

// maxAccept bounds an Accept header, in bytes. Browsers send some 130.
const maxAccept = 1 << 10

// accepts is what a client makes of the two media types.
type accepts struct {
	prefersNew bool // it names the newer one and does not like the older one better, or it excludes the older one
	allowsNew  bool // it takes the newer one, perhaps as one of any
}

func parseAccept(header http.Header) accepts {
	wanted := strings.Join(header.Values("Accept"), ",")
	switch {
	case wanted == oldType: // the two that are sent most
		return accepts{}
	case wanted == "*/*", len(wanted) > maxAccept: // as if there were none
		return accepts{allowsNew: true}
	}
	ranges := map[string]float64{} // media range to its weight
	for part := range strings.SplitSeq(wanted, ",") {
		media, options, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		ranges[media] = 1
		if q, given := options["q"]; given {
			if weight, err := strconv.ParseFloat(q, 64); err == nil {
				ranges[media] = weight
			}
		}
	}
	if len(ranges) == 0 {
		return accepts{allowsNew: true}
	}
	// The most specific range that matches decides (RFC 9110 §12.5.1).
	weigh := func(media string) float64 {
		for _, candidate := range []string{media, "application/*", "*/*"} {
			if weight, given := ranges[candidate]; given {
				return weight
			}
		}
		return 0
	}
	_, named := ranges[newType]
	newer, older := weigh(newType), weigh(oldType)
	return accepts{prefersNew: newer > 0 && (older == 0 || (named && newer >= older)), allowsNew: newer > 0}
}

// writeRefusal answers what is not executed, says so in the status, and returns what it has told.
func writeRefusal(w http.ResponseWriter, a accepts, r *refusal) gqlerror.List {
	if r.allow != "" {
		w.Header().Set("Allow", r.allow)
	}
	media := oldType
	if a.allowsNew && r.status != http.StatusOK { // without data the newer one is never 200
		media = newType
	}
	shown := presentRefusal(&auth.Error{Code: r.code, Message: r.message}, nil)
	if r.retryAfter != 0 {
		w.Header().Set("Retry-After", strconv.Itoa(r.retryAfter))
		shown.Extensions["retryAfter"] = r.retryAfter
	}
	errs := gqlerror.List{shown}
	writeBody(w, media, r.status, errs, nil)
	return errs
}

// writeNotExecuted answers a document that does not parse or validate. There is no data, not even null.
func writeNotExecuted(w http.ResponseWriter, a accepts, errs gqlerror.List) {
	if a.prefersNew {
		writeBody(w, newType, http.StatusBadRequest, errs, nil)
	} else {
		writeBody(w, oldType, http.StatusOK, errs, nil)
	}
}

// writeExecuted answers an operation, whatever became of it.
func writeExecuted(w http.ResponseWriter, a accepts, response *graphql.Response) {
	media := oldType
	if a.prefersNew {
		media = newType
	}
	data := response.Data
	if len(data) == 0 {
		data = json.RawMessage("null")
	}
	for _, e := range response.Errors {
		if seconds, given := e.Extensions["retryAfter"].(int); given {
			w.Header().Set("Retry-After", strconv.Itoa(seconds))
		}
	}
	writeBody(w, media, http.StatusOK, response.Errors, data)
}

// lengthIsKnown is how long a body may be, in bytes, whose length net/http says itself.
const lengthIsKnown = 2 << 10

func writeBody(w http.ResponseWriter, media string, status int, errs gqlerror.List, data json.RawMessage) {
	var shown []byte
	if len(errs) > 0 {
		shown, _ = json.Marshal(errs) // strings and numbers only: see presentRefusal
	}
	body := make([]byte, 0, len(shown)+len(data)+32)
	body = append(body, '{')
	if shown != nil {
		body = append(append(body, `"errors":`...), shown...)
	}
	if data != nil {
		if shown != nil {
			body = append(body, ',')
		}
		body = append(append(body, `"data":`...), data...)
	}
	body = append(body, '}')

	header := w.Header()
	header.Set("Content-Type", media+"; charset=utf-8")
	if len(body) > lengthIsKnown {
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	header.Add("Vary", "Accept")
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // JSON, whose type is said; a client that is gone can't be told
}

package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"latchkey/internal/auth"
)

// refusal is an answer to a request that is not looked at any further.
type refusal struct {
	status     int
	code       auth.Code
	message    string
	allow      string // the Allow header of a 405
	retryAfter int    // seconds, of a 503
	limit      Limit  // the limit that the request is beyond
}

func refused(status int, message string) *refusal {
	return &refusal{status: status, code: codeBadRequest, message: message}
}

func badRequest(message string) *refusal { return refused(http.StatusBadRequest, message) }

func tooLarge(message string) *refusal {
	r := refused(http.StatusRequestEntityTooLarge, message)
	r.limit = LimitBody
	return r
}

func takesOnly(methods, message string) *refusal {
	r := refused(http.StatusMethodNotAllowed, message)
	r.allow = methods
	return r
}

func notServing() *refusal {
	return &refusal{
		status: http.StatusServiceUnavailable, code: codeUnavailable, message: unavailableMessage, retryAfter: retryAfter,
	}
}

// readRequest reads the parameters of a request (GraphQL over HTTP §6). What it refuses it does not repeat.
func readRequest(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	switch r.Method {
	case http.MethodPost:
		if !isJSON(r.Header) {
			return nil, refused(http.StatusUnsupportedMediaType, "The body has to be application/json, in UTF-8.")
		}
		body, err := readBody(w, r)
		var beyond *http.MaxBytesError
		if errors.As(err, &beyond) {
			return nil, tooLarge("The body is larger than 64 KiB.")
		}
		if err != nil {
			return nil, badRequest("The body could not be read.")
		}
		return parseParams(body)
	case http.MethodGet:
		if len(r.URL.RawQuery) > maxBody {
			return nil, tooLarge("The address is longer than 64 KiB.")
		}
		return paramsFromURL(r.URL.RawQuery)
	default:
		return nil, takesOnly("GET, POST", "GraphQL takes GET and POST.")
	}
}

// usualBody is how much memory, in bytes, a request gets on its word, before anything of its body has come.
const usualBody = 4 << 10

// readBody reads a body of maxBody at most.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	told := min(max(r.ContentLength, 0), usualBody)
	body := bytes.NewBuffer(make([]byte, 0, told+bytes.MinRead))
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	return body.Bytes(), err
}

func isJSON(header http.Header) bool {
	said := header.Get("Content-Type")
	if said == oldType { // as nearly all say
		return header.Get("Content-Encoding") == ""
	}
	media, options, err := mime.ParseMediaType(said)
	charset, given := options["charset"]
	return err == nil && media == "application/json" && (!given || strings.EqualFold(charset, "utf-8")) &&
		header.Get("Content-Encoding") == ""
}

// wireParams is the body of a POST.
type wireParams struct {
	Query         *string        `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
	Extensions    map[string]any `json:"extensions"`
}

func parseParams(body []byte) (*graphql.RawParams, *refusal) {
	if !utf8.Valid(body) { // the JSON decoder would replace what is not, and so change passwords
		return nil, badRequest("The body is not UTF-8.")
	}
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		r := badRequest("A request has one operation: batches are not taken.")
		r.limit = LimitBatch
		return nil, r
	}
	var wire wireParams
	err := json.Unmarshal(body, &wire)
	if err != nil || hasNumber(wire.Variables) { // which would lose digits; most requests have none
		wire = wireParams{}
		err = decodeExactly(body, &wire)
	}
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return nil, badRequest("The member " + wrongType.Field + " of the request has the wrong type.")
	case err != nil:
		return nil, badRequest("The body is not one JSON object.")
	case wire.Query == nil && wire.Extensions[persistedQuery] == nil:
		return nil, badRequest("The member query of the request is missing.")
	}
	plainNumbers(wire.Variables)
	params := &graphql.RawParams{OperationName: wire.OperationName, Variables: wire.Variables, Extensions: wire.Extensions}
	if wire.Query != nil {
		params.Query = *wire.Query
	}
	return params, nil
}

func paramsFromURL(rawQuery string) (*graphql.RawParams, *refusal) {
	values, err := url.ParseQuery(rawQuery)
	if err != nil || !utf8.ValidString(strings.Join(values["query"], "")+strings.Join(values["variables"], "")) {
		return nil, badRequest("The address can't be read.")
	}
	params := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	for name, target := range map[string]*map[string]any{
		"variables": &params.Variables, "extensions": &params.Extensions,
	} {
		if text := values.Get(name); text != "" && decodeExactly([]byte(text), target) != nil {
			return nil, badRequest("The parameter " + name + " is not a JSON object.")
		}
	}
	if !values.Has("query") && params.Extensions[persistedQuery] == nil {
		return nil, badRequest("The parameter query is missing.")
	}
	plainNumbers(params.Variables)
	return params, nil
}

// hasNumber tells whether there is a number inside value, a decoded JSON object or array.
func hasNumber(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, element := range v {
			if hasNumber(element) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, hasNumber)
	case float64:
		return true
	}
	return false
}

// decodeExactly decodes exactly one value, and numbers without loss.
func decodeExactly(text []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(target); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// plainNumbers turns the numbers inside value, a decoded JSON object or array, into Go's own. A json.Number is a string,
// and passes where GraphQL wants a String: the number 12345678 would be a password.
func plainNumbers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, element := range v {
			v[key] = plainNumbers(element)
		}
	case []any:
		for i, element := range v {
			v[i] = plainNumbers(element)
		}
	case json.Number:
		if whole, err := v.Int64(); err == nil {
			return whole
		}
		float, _ := v.Float64() // infinite when it is out of range
		return float
	}
	return value
}

// bearerToken returns the access token of the Authorization header (RFC 6750 §2.1; the scheme JWT is understood too), ""
// if there is none. More than one header is no token that could be right.
func bearerToken(header http.Header) string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(strings.Join(header.Values("Authorization"), ", ")), " ")
	if strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "JWT") {
		return strings.TrimSpace(token)
	}
	return ""
}

package testleak

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Client returns one that is http.DefaultClient, but for what it learns and searches.
func Client(t testing.TB) *http.Client {
	return &http.Client{Transport: Over(t, http.DefaultTransport)}
}

// Over returns a transport that learns and searches what goes over another one.
func Over(t testing.TB, over http.RoundTripper) http.RoundTripper { return &transport{t, over} }

type transport struct {
	t    testing.TB
	over http.RoundTripper
}

// RoundTrip sends a request, and reads the answer to its end.
func (x *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.GetBody != nil {
		if copied, err := r.GetBody(); err == nil {
			body, _ = io.ReadAll(copied) // a copy in memory
		}
	}
	sent(r, body)
	response, err := x.over.RoundTrip(r)
	if err != nil {
		Text(x.t, "an error", err.Error())
		return nil, err
	}
	text, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(text), failing{err}))
	answered(x.t, response.StatusCode, response.Header, text)
	return response, nil
}

// CloseIdleConnections is for http.Client's.
func (x *transport) CloseIdleConnections() {
	if over, can := x.over.(interface{ CloseIdleConnections() }); can {
		over.CloseIdleConnections()
	}
}

// Handler is Client for tests without a connection: it learns and searches what goes through next.
func Handler(t testing.TB, next http.Handler) http.Handler {
	if _, fuzzes := t.(*testing.F); fuzzes { // which may not fail inside of the target, and would learn without end
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
		sent(r, body)
		copied := &copying{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(copied, r)
		answered(t, copied.status, w.Header(), copied.body.Bytes())
	})
}

// copying keeps what is written.
type copying struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (c *copying) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *copying) Write(text []byte) (int, error) {
	c.body.Write(text)
	return c.ResponseWriter.Write(text)
}

// failing ends as another reader did.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

// sent learns from a request.
func sent(r *http.Request, body []byte) {
	if _, token, found := strings.Cut(r.Header.Get("Authorization"), " "); found && !strings.Contains(token, ".") {
		known.add("a token", token)
	}
	known.learnHeader(r.Header)
	for _, values := range r.URL.Query() {
		for _, value := range values {
			known.learnBody(value)
		}
	}
	known.learnBody(string(body))
}

// answered learns from an answer, and searches it if it is an error: what is in errors, and all of a text with a status of 400 and more.
// The header is searched but for cookies.
func answered(t testing.TB, status int, header http.Header, body []byte) {
	t.Helper()
	known.learnHeader(header)
	known.learnBody(string(body))
	for name, values := range header {
		if name != "Set-Cookie" {
			Text(t, "the header "+name, strings.Join(values, "\n"))
		}
	}
	var answer struct{ Errors json.RawMessage }
	if json.Unmarshal(body, &answer) == nil {
		Text(t, "an error", string(answer.Errors))
	} else if status >= http.StatusBadRequest {
		Text(t, "an answer", string(body))
	}
}

func (s *secrets) learnHeader(header http.Header) {
	for _, values := range header {
		for _, value := range values {
			s.learn(value)
		}
	}
}

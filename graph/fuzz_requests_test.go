package graph

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testdb"
)

// planted is what no error may repeat. It is no name, so that it can't stand where a name may be told.
const planted = "hunter2-SECRET"

// toldCodes are the codes of the contract that a request can be answered with while the server is well.
func toldCodes(t testing.TB) []string {
	t.Helper()
	var codes []string
	for _, value := range loadSchema(t).Types["ErrorCode"].EnumValues {
		if !slices.Contains([]string{"INTERNAL", "UNAVAILABLE", "OUTCOME_UNKNOWN"}, value.Name) {
			codes = append(codes, value.Name)
		}
	}
	return codes
}

// Whatever the request, the answer is GraphQL's in form, has a status and codes of the contract, and repeats no value.
func FuzzRequest(f *testing.F) {
	login := withQuery(loginDocument, `{"input":{"identifier":"`+planted+`","password":"`+planted+`"}}`)
	for _, seed := range []struct{ method, query, name, value, contentType, body string }{
		{"POST", "", "Accept", newType, oldType, login},
		{"POST", "", "Authorization", "Bearer " + planted, "application/json; charset=utf-8", withQuery("{ me { id } node(id: \""+planted+"\") { id } }", "")},
		{"POST", "", "Cookie", "__Host-latchkey_refresh=" + planted, oldType, withQuery("mutation { refreshToken { expiresIn } }", "")},
		{"POST", "", "Origin", "https://app.example.org", oldType, withQuery(`mutation { logout { endedSessionIds } }`, "")},
		{"POST", "", "Content-Encoding", "gzip", oldType, login},
		{"POST", "", "Accept", "*/*;q=0", oldType, withQuery(`mutation { signup(input: {email: "`+planted+`", password: "`+planted+`"}) { expiresIn } }`, "")},
		{"POST", "", "Sec-Fetch-Site", "cross-site", oldType, withQuery(`mutation { login(input: {identifier: "a", password: "`+planted+`", delivery: COOKIE}) { expiresIn } }`, "")},
		{"POST", "", "Accept", newType, "text/plain", login},
		{"POST", "", "", "", oldType, "[" + login + "]"},
		{"POST", "", "", "", oldType, `{"query":"{","variables":"` + planted + `","extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + planted + `"}}}`},
		{"GET", "query=%7Bme%7Bid%7D%7D&variables=%7B%22a%22%3A%22" + planted + "%22%7D", "Accept", newType, "", ""},
		{"GET", "query={validateToken(token:%22" + planted + "%22){active}}", "Accept", oldType, "", ""},
		{"GET", "extensions=" + planted + "%zz;", "", "", "", ""},
		{"OPTIONS", "", "Access-Control-Request-Method", "POST", "", ""},
		{"DELETE", "", "Host", "x", oldType, login},
	} {
		f.Add(seed.method, seed.query, seed.name, seed.value, seed.contentType, seed.body)
	}
	h := newTestHandlerOn(f, testdb.OpenMigrated(f, testdb.SQLite(f)), true, time.Minute)
	codes := toldCodes(f)
	f.Fuzz(func(t *testing.T, method, query, name, value, contentType, body string) {
		r := &http.Request{
			Method: method, URL: &url.URL{Path: "/graphql", RawQuery: query}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Host: "localhost:8080", RemoteAddr: "192.0.2.1:1", ContentLength: int64(len(body)),
			Header: http.Header{http.CanonicalHeaderKey(name): {value}}, Body: http.NoBody,
		}
		if body != "" {
			r.Body = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)).Body
		}
		if contentType != "" {
			r.Header.Set("Content-Type", contentType)
		}
		h.log.Reset()
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, r.WithContext(t.Context()))
		if method == http.MethodOptions && recorder.Code == http.StatusNoContent { // what CORS answers itself
			return
		}
		if !slices.Contains([]int{200, 400, 405, 413, 415}, recorder.Code) {
			t.Errorf("status %d", recorder.Code)
		}
		checkAnswer(t, recorder.Body.Bytes(), codes)
		if strings.Contains(h.log.String(), planted) {
			t.Errorf("the log repeats a value: %s", h.log)
		}
	})
}

// checkAnswer fails the test unless an answer has the form of GraphQL, with the codes that there may be, and no error repeats
// a value.
func checkAnswer(t *testing.T, body []byte, codes []string) {
	t.Helper()
	var answer struct {
		Data   json.RawMessage
		Errors []json.RawMessage
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Data == nil && len(answer.Errors) == 0 {
		t.Fatalf("%v: %s", err, body)
	}
	for _, text := range answer.Errors {
		var e struct {
			Message    string
			Extensions struct{ Code string }
		}
		if err := json.Unmarshal(text, &e); err != nil || e.Message == "" || !slices.Contains(codes, e.Extensions.Code) {
			t.Errorf("%v: %s", err, text)
		}
		if strings.Contains(string(text), planted) {
			t.Errorf("an error repeats a value: %s", text)
		}
	}
}

package bench_test

import (
	"bytes"
	"fmt"
	"strings"
)

// traffic is what is sent to a server. Everything is asked from one thread.
type traffic interface {
	// next is the request that a connection sends next. It is not kept.
	next(conn int) []byte
	// check is given the body of the answer to it, and says what is wrong with that: a server that refuses is a fast one.
	check(conn int, body []byte) error
}

// maxConnections is how many connections there are at most.
const maxConnections = 1024

// post is the request for an operation.
func post(accessToken, query string) []byte {
	return request(accessToken, `{"query":"`+strings.ReplaceAll(query, `"`, `\"`)+`"}`)
}

// postToken is the request for an operation about a token, in a variable as clients send it.
func postToken(query, token string) []byte {
	return request("", `{"query":"`+query+`","variables":{"token":"`+token+`"}}`)
}

// request is a request as it goes over the line.
func request(accessToken, body string) []byte {
	authorization := ""
	if accessToken != "" {
		authorization = "Authorization: Bearer " + accessToken + "\r\n"
	}
	return fmt.Appendf(nil, "POST /graphql HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s",
		authorization, len(body), body)
}

func askMe(p person) []byte { return post(p.access, "query { me { id email name createdAt } }") }

func askValidateToken(p person) []byte {
	return postToken("query($token: String!) { validateToken(token: $token) { active userId } }", p.access)
}

func askRefreshToken(p person) []byte {
	return postToken("mutation($token: String!) { refreshToken(token: $token) { accessToken refreshToken expiresIn user { id } } }", p.refresh)
}

// fixed is traffic of requests that stay the same, in turn, each with what has to be in its answer.
type fixed struct {
	requests, wants [][]byte
	sent            int
	asked           [maxConnections]int // by each connection
}

func newFixed(people []person, ask func(person) []byte) *fixed {
	f := &fixed{}
	for _, p := range people {
		f.requests, f.wants = append(f.requests, ask(p)), append(f.wants, p.id)
	}
	return f
}

// bare is the same for the bare handler, whose answer is always that to the first request.
func (f *fixed) bare() *fixed { return &fixed{requests: f.requests, wants: f.wants[:1]} }

func (f *fixed) next(conn int) []byte {
	f.sent++
	f.asked[conn] = f.sent
	return f.requests[f.sent%len(f.requests)]
}

func (f *fixed) check(conn int, body []byte) error {
	return contains(body, f.wants[f.asked[conn]%len(f.wants)])
}

func contains(body, want []byte) error {
	if !bytes.Contains(body, want) || bytes.Contains(body, []byte(`"errors"`)) {
		return fmt.Errorf("not the answer for this one: %s", body)
	}
	return nil
}

// newLogIns is traffic of log-ins with these bodies.
func newLogIns(bodies []string) *fixed {
	f := &fixed{}
	for _, body := range bodies {
		f.requests, f.wants = append(f.requests, request("", body)), append(f.wants, []byte(`"accessToken":"ey`))
	}
	return f
}

// refreshes is traffic in which each session exchanges its refresh token, then the new one, and so on.
type refreshes struct {
	people []person
	free   []int               // sessions that no request is under way for, the one that has waited longest first
	asked  [maxConnections]int // by each connection
}

func newRefreshes(people []person) *refreshes {
	r := &refreshes{people: people}
	for i := range people {
		r.free = append(r.free, i)
	}
	return r
}

func (r *refreshes) next(conn int) []byte {
	r.asked[conn], r.free = r.free[0], r.free[1:]
	return askRefreshToken(r.people[r.asked[conn]])
}

func (r *refreshes) check(conn int, body []byte) error {
	p := &r.people[r.asked[conn]]
	if err := contains(body, p.id); err != nil {
		return err
	}
	_, rest, _ := bytes.Cut(body, []byte(`"refreshToken":"`))
	refresh, _, _ := bytes.Cut(rest, []byte(`"`))
	p.refresh = string(refresh)
	r.free = append(r.free, r.asked[conn])
	return nil
}

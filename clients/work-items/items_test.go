package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestAUserSeesAndChangesOnlyTheirOwnItems(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	s := startService(t, l)
	ada, bob := l.signUp(t, "ada"), l.signUp(t, "bob")
	if got := s.do(t, ada, `{ workItems { edges { cursor } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`); got.text !=
		`{"data":{"workItems":{"edges":[],"nodes":[],"pageInfo":{"hasNextPage":false,"hasPreviousPage":false,"startCursor":null,"endCursor":null}}}}` {
		t.Errorf("before there is any: %s", got.text)
	}
	hers := s.create(t, ada, "tea")
	s.create(t, bob, "coffee")
	if a, b := s.titles(t, ada), s.titles(t, bob); a != "tea" || b != "coffee" {
		t.Errorf("they see %q and %q", a, b)
	}
	item := s.must(t, ada, `mutation { updateWorkItem(input: {id: "`+hers+`", done: true, title: null}) { workItem { title done } } }`)["workItem"]
	if fmt.Sprint(item) != "map[done:true title:tea]" {
		t.Errorf("done: %v", item)
	}
	item = s.must(t, ada, `mutation { updateWorkItem(input: {id: "`+hers+`", title: " green tea "}) { workItem { title done } } }`)["workItem"]
	if fmt.Sprint(item) != "map[done:true title:green tea]" {
		t.Errorf("with another title: %v", item)
	}
	if got := s.must(t, ada, `mutation { deleteWorkItem(id: "`+hers+`") { deletedWorkItemId } }`)["deletedWorkItemId"]; got != hers {
		t.Errorf("deleted %v, want %s", got, hers)
	}
	if a, b := s.titles(t, ada), s.titles(t, bob); a != "" || b != "coffee" {
		t.Errorf("they see %q and %q", a, b)
	}
}

// The answers are compared whole: one that is another's must not differ in anything from one that never was.
func TestAnotherUsersItemIsAsIfItDidNotExist(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	s := startService(t, l)
	ada, bob := l.signUp(t, "ada"), l.signUp(t, "bob")
	hers := s.create(t, ada, "tea")
	nobodys := "01930d2e-0000-7000-8000-00000000abcd"
	for _, operation := range []string{
		`mutation { updateWorkItem(input: {id: "%s", title: "coffee"}) { workItem { title } } }`,
		`mutation { updateWorkItem(input: {id: "%s"}) { workItem { title } } }`,
		`mutation { deleteWorkItem(id: "%s") { deletedWorkItemId } }`,
	} {
		got := s.do(t, bob, fmt.Sprintf(operation, hers))
		if want := s.do(t, bob, fmt.Sprintf(operation, nobodys)); got.code() != "NOT_FOUND" || got.text != want.text || got.status != want.status {
			t.Errorf("%s: another's: %d %s; nobody's: %d %s", operation, got.status, got.text, want.status, want.text)
		}
		if malformed := s.do(t, bob, fmt.Sprintf(operation, "x")); got.text != malformed.text {
			t.Errorf("%s: another's: %s; malformed: %s", operation, got.text, malformed.text)
		}
	}
	if got := s.titles(t, ada); got != "tea" {
		t.Errorf("afterwards its owner sees %q", got)
	}
	// A cursor leads to nothing either: it only says where to begin in one's own list.
	s.create(t, bob, "coffee")
	if got := s.must(t, bob, `{ workItems(after: "`+hers+`") { nodes { title } } }`); fmt.Sprint(got["nodes"]) != "[]" {
		t.Errorf("after another's item: %v", got)
	}
}

func TestPagesAreStableWhileItemsComeAndGo(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	s := startService(t, l)
	ada := l.signUp(t, "ada")
	for i := range 5 {
		s.create(t, ada, fmt.Sprint(i))
	}
	const query = `{ workItems(first: 2, after: %s) { edges { cursor node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
	var seen []string
	after := "null"
	for range 3 {
		page := s.must(t, ada, fmt.Sprintf(query, after))
		info, edges := page["pageInfo"].(map[string]any), page["edges"].([]any)
		for _, edge := range edges {
			seen = append(seen, edge.(map[string]any)["node"].(map[string]any)["title"].(string))
		}
		if info["hasPreviousPage"] != (after != "null") || info["hasNextPage"] != (len(seen) < 5) ||
			info["startCursor"] != edges[0].(map[string]any)["cursor"] || info["endCursor"] != edges[len(edges)-1].(map[string]any)["cursor"] {
			t.Errorf("after %v: %v", seen, page)
		}
		after = fmt.Sprintf("%q", info["endCursor"])
		s.create(t, ada, "new")
	}
	if got := strings.Join(seen, " "); got != "4 3 2 1 0" {
		t.Errorf("the pages have %s", got)
	}
}

func TestArgumentsThatAreNotAcceptableSayWhy(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	s := startService(t, l)
	ada := l.signUp(t, "ada")
	id := s.create(t, ada, "tea")
	for operation, want := range map[string]string{
		`mutation { createWorkItem(input: {title: "  "}) { workItem { id } } }`:                               "BAD_USER_INPUT BLANK input.title",
		`mutation { createWorkItem(input: {title: "` + strings.Repeat("é", 201) + `"}) { workItem { id } } }`: "BAD_USER_INPUT TOO_LONG input.title",
		`mutation { createWorkItem(input: {title: "` + strings.Repeat("é", 200) + `"}) { workItem { id } } }`: "",
		`mutation { updateWorkItem(input: {id: "` + id + `", title: "", done: true}) { workItem { id } } }`:   "BAD_USER_INPUT BLANK input.title",
		`{ workItems(first: 0) { nodes { id } } }`:                                                            "BAD_USER_INPUT TOO_SHORT first",
		`{ workItems(first: 101) { nodes { id } } }`:                                                          "BAD_USER_INPUT TOO_LONG first",
		`{ workItems(first: 100) { nodes { id } } }`:                                                          "",
		`{ workItems(first: null) { nodes { id } } }`:                                                         "",
		`{ workItems(after: "' OR 1=1 --") { nodes { id } } }`:                                                "BAD_USER_INPUT INVALID_FORMAT after",
		`{ workItems(first: "two") { nodes { id } } }`:                                                        "GRAPHQL_VALIDATION_FAILED",
		`{ workItems { nodes { owner } } }`:                                                                   "GRAPHQL_VALIDATION_FAILED",
		`{ workItems `:                                                                                        "GRAPHQL_PARSE_FAILED",
	} {
		got := s.do(t, ada, operation)
		var field string
		if len(got.Errors) > 0 {
			field = got.Errors[0].Extensions.Field
		}
		if strings.TrimSpace(got.code()+" "+field) != want {
			t.Errorf("%.60s: %s, want %s", operation, got.text, want)
		}
	}
	if item := s.must(t, ada, `mutation { updateWorkItem(input: {id: "`+id+`"}) { workItem { title done } } }`)["workItem"]; fmt.Sprint(item) != "map[done:false title:tea]" {
		t.Errorf("a change that was refused has changed it to %v", item)
	}
}

func TestItemsSurviveARestart(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	file := filepath.Join(t.TempDir(), "work items?.db")
	same := func(c *config) { c.database = file }
	first := startService(t, l, same)
	ada := l.signUp(t, "ada")
	first.create(t, ada, "tea")
	const query = `{ workItems { nodes { id title done createdAt } } }`
	before := first.do(t, ada, query).text
	first.stop()
	if after := startService(t, l, same).do(t, ada, query).text; after != before || !strings.Contains(after, "tea") {
		t.Errorf("before: %s; after: %s", before, after)
	}
}

func TestManyUsersAtOnceEachSeeTheirOwn(t *testing.T) {
	t.Parallel()
	const users, each = 16, 20
	l := startLatchkey(t)
	s := startService(t, l)
	var group sync.WaitGroup
	for u := range users {
		token := l.signUp(t, fmt.Sprintf("user%d", u))
		group.Go(func() {
			var want []string
			for i := range each {
				title := fmt.Sprintf("%d-%d", u, i)
				s.create(t, token, title)
				want = append([]string{title}, want...)
				if got := s.titles(t, token); got != strings.Join(want, " ") {
					t.Errorf("user %d sees %q", u, got)
				}
			}
		})
	}
	group.Wait()
}

package graph

import (
	"github.com/google/uuid"

	"latchkey.example/work-items/items"
)

const (
	defaultPage = 20
	maxPage     = 100
)

// checkPage returns how many items are asked for, and after which one, "" for none.
func checkPage(first *int, after *string) (size int, last string, err error) {
	size = defaultPage
	if first != nil {
		size = *first
	}
	switch {
	case size < 1:
		return 0, "", badInput("first", "TOO_SHORT", "A page has at least one.")
	case size > maxPage:
		return 0, "", badInput("first", "TOO_LONG", "A page has at most 100.")
	case after == nil:
		return size, "", nil
	}
	if id, err := uuid.Parse(*after); err != nil || id.String() != *after {
		return 0, "", badInput("after", "INVALID_FORMAT", "This is not a cursor.")
	}
	return size, *after, nil
}

// newPage makes a page of at most size items (GraphQL Cursor Connections Specification). An item's cursor is its id.
func newPage(found []*items.Item, size int, later bool) *WorkItemConnection {
	shown := found[:min(size, len(found))]
	page := &WorkItemConnection{
		Nodes:    shown,
		PageInfo: &PageInfo{HasNextPage: len(found) > size, HasPreviousPage: later},
	}
	for _, item := range shown {
		page.Edges = append(page.Edges, &WorkItemEdge{Cursor: item.ID, Node: item})
	}
	if len(shown) > 0 {
		page.PageInfo.StartCursor, page.PageInfo.EndCursor = &shown[0].ID, &shown[len(shown)-1].ID
	}
	return page
}

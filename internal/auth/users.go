package auth

import (
	"context"
	"encoding/base64"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/user"
)

// A page of accounts has so many, if nobody says how many, and at most.
const (
	DefaultPage = 20
	MaxPage     = 100
)

// UserConnection is a page of accounts (GraphQL Cursor Connections Specification).
type UserConnection struct {
	Edges    []*UserEdge
	PageInfo *PageInfo
	count    func(context.Context) (int, error)
}

// UserEdge is an account in a page.
type UserEdge struct {
	Cursor string
	Node   *ent.User
}

// PageInfo says where in the list a page is.
type PageInfo struct {
	HasNextPage bool
	StartCursor *string
	EndCursor   *string
	previous    func(context.Context) (bool, error)
}

// Nodes are the accounts of the page.
func (c *UserConnection) Nodes() []*ent.User {
	nodes := make([]*ent.User, len(c.Edges))
	for i, edge := range c.Edges {
		nodes[i] = edge.Node
	}
	return nodes
}

// TotalCount counts the accounts of all pages together.
func (c *UserConnection) TotalCount(ctx context.Context) (int, error) { return c.count(ctx) }

// HasPreviousPage looks for one before this page.
func (p *PageInfo) HasPreviousPage(ctx context.Context) (bool, error) { return p.previous(ctx) }

// User returns the account with this id, nil if there is none. It is for administrators.
func (s *Service) User(ctx context.Context, id uuid.UUID) (*ent.User, error) {
	if err := s.RequireRole(ctx, user.RoleADMIN); err != nil {
		return nil, err
	}
	found, err := s.db.Read.User.Get(ctx, id)
	return found, ent.MaskNotFound(err)
}

// Users returns a page of accounts, the newest first: the first ones, 1 to 100 and by default 20, after the cursor. It is for
// administrators.
func (s *Service) Users(ctx context.Context, first *int, after *string, filter *UserFilter) (*UserConnection, error) {
	if err := s.RequireRole(ctx, user.RoleADMIN); err != nil {
		return nil, err
	}
	return s.ListUsers(ctx, first, after, filter)
}

// ListUsers is Users for the operator, who needs no account.
func (s *Service) ListUsers(ctx context.Context, first *int, after *string, filter *UserFilter) (*UserConnection, error) {
	c := checker{}
	size := c.pageSize("first", first)
	last := c.cursor("after", after)
	if err := c.err(); err != nil {
		return nil, err
	}
	picked, err := s.pick(ctx, filter)
	if err != nil {
		return nil, err
	}
	rows, err := s.page(ctx, picked.before(last), size+1) // one more tells whether there are more
	if err != nil {
		return nil, err
	}
	page := &UserConnection{
		Edges:    make([]*UserEdge, min(size, len(rows))),
		PageInfo: &PageInfo{HasNextPage: len(rows) > size},
		count: func(ctx context.Context) (int, error) {
			return s.db.Read.User.Query().Where(picked.where()...).Count(ctx)
		},
	}
	for i := range page.Edges {
		page.Edges[i] = &UserEdge{Cursor: cursor(rows[i].ID), Node: rows[i]}
	}
	if len(page.Edges) > 0 {
		page.PageInfo.StartCursor = &page.Edges[0].Cursor
		page.PageInfo.EndCursor = &page.Edges[len(page.Edges)-1].Cursor
	}
	page.PageInfo.previous = func(ctx context.Context) (bool, error) {
		if after == nil {
			return false, nil
		}
		return s.db.Read.User.Query().Where(picked.since(last).where()...).Exist(ctx)
	}
	return page, nil
}

// page returns at most size accounts, the newest first.
func (s *Service) page(ctx context.Context, of *picked, size int) ([]*ent.User, error) {
	return s.db.Read.User.Query().Where(of.where()...).Order(ent.Desc(user.FieldID)).Limit(size).All(ctx)
}

// pageSize checks how many are asked for.
func (c *checker) pageSize(field string, first *int) int {
	switch {
	case first == nil:
		return DefaultPage
	case *first < 1:
		c.badLength(field, tooShort, "A page has at least one.", 1, MaxPage)
	case *first > MaxPage:
		c.badLength(field, tooLong, "A page has at most 100.", 1, MaxPage)
	}
	return *first
}

// cursor stands for the place of an account in the list. It is opaque so that nobody relies on what is in it.
func cursor(id uuid.UUID) string { return base64.RawURLEncoding.EncodeToString(id.Bytes()) }

// cursor checks a cursor and returns the id it stands for: all that come after it are less. For none it is more than any.
func (c *checker) cursor(field string, raw *string) uuid.UUID {
	if raw == nil {
		return uuid.Max
	}
	bytes, _ := base64.RawURLEncoding.DecodeString(*raw)
	id, err := uuid.FromBytes(bytes)
	if err != nil || cursor(id) != *raw { // the decoder is not strict
		c.bad(field, invalidFormat, "This is not a cursor.")
	}
	return id
}

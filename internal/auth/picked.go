package auth

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/gofrs/uuid/v5"

	"latchkey/ent/predicate"
	"latchkey/ent/user"
)

// picked is a choice of accounts, put so that both databases find them by an index.
type picked struct {
	conditions []predicate.User
	from, to   uuid.UUID // the least id, and the one after the greatest; uuid.Max for no such bound
	byText     bool      // the indexes of e-mail addresses and usernames are the ones to use
}

// since leaves those with at least this id. There is one bound of each kind in a statement: of two, SQLite may take the one
// that is of no help.
func (p *picked) since(id uuid.UUID) *picked {
	narrowed := *p
	if bytes.Compare(id[:], p.from[:]) > 0 {
		narrowed.from = id
	}
	return &narrowed
}

// before leaves those with a lesser id.
func (p *picked) before(id uuid.UUID) *picked {
	narrowed := *p
	if bytes.Compare(id[:], p.to[:]) < 0 {
		narrowed.to = id
	}
	return &narrowed
}

// equals adds a condition on a column. never is a value that no row has: with two to look for, MySQL sees how many rows there
// are and can begin at an id; with one it would always read all that have the value down to that id.
func (p *picked) equals(column string, value, never any) {
	is := p.compare(column, "=", value)
	p.conditions = append(p.conditions, func(s *sql.Selector) {
		if s.Dialect() == dialect.MySQL {
			s.Where(sql.In(s.C(column), value, never))
		} else {
			is(s)
		}
	})
}

// where returns the conditions.
func (p *picked) where() []predicate.User {
	all := slices.Clone(p.conditions)
	if p.from != uuid.Nil {
		all = append(all, p.compare(user.FieldID, ">=", p.from))
	}
	if p.to != uuid.Max {
		all = append(all, p.compare(user.FieldID, "<", p.to))
	}
	return all
}

// compare is a comparison with a column. SQLite, which does not know how many rows have a value, would often prefer the index
// of that column to those of the text: a plus keeps it from that. MySQL knows, and ignores the plus.
func (p *picked) compare(column, operator string, value any) predicate.User {
	return func(s *sql.Selector) {
		name := s.C(column)
		if p.byText {
			name = "+" + name
		}
		s.Where(sql.ExprP(name+" "+operator+" ?", value))
	}
}

// between is the range of what begins with prefix, which unlike LIKE uses the index in both databases.
func between(least, beyond func(string) predicate.User, prefix string) predicate.User {
	return user.And(least(prefix), beyond(prefix+string(utf8.MaxRune)))
}

// beginsWith holds for what begins with prefix, and uses no index.
func beginsWith(column, prefix string) predicate.User {
	return func(s *sql.Selector) {
		s.Where(sql.ExprP("SUBSTR("+s.C(column)+", 1, ?) = ?", utf8.RuneCountInString(prefix), prefix))
	}
}

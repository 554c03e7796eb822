package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// BlockedToken is an id, a token's jti or a session's, that is refused until every token that carries it has expired.
type BlockedToken struct{ ent.Schema }

// Annotations of the blocked_tokens table.
func (BlockedToken) Annotations() []schema.Annotation { return []schema.Annotation{binaryText()} }

// Fields of the blocked_tokens table. The blocked id is the key itself.
func (BlockedToken) Fields() []ent.Field {
	return []ent.Field{
		idField("id"),
		timeField("created_at"), // by which what is new is found; see internal/blocklist
		timeField("expires_at"),
	}
}

// Indexes of the blocked_tokens table.
func (BlockedToken) Indexes() []ent.Index {
	return []ent.Index{index.Fields("created_at"), index.Fields("expires_at")}
}

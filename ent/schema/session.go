package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/index"
)

// Session is one log-in. Its id is in the tokens issued for it; ending it deletes the row and blocks the id.
type Session struct{ ent.Schema }

// Annotations of the sessions table.
func (Session) Annotations() []schema.Annotation { return []schema.Annotation{binaryText()} }

// Fields of the sessions table.
func (Session) Fields() []ent.Field {
	return []ent.Field{
		idField("id"),
		idField("user_id"),
		timeField("created_at"),
		timeField("expires_at"),
	}
}

// Edges of the sessions table.
func (Session) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("user", User.Type).Ref("sessions").Field("user_id").Unique().Required().Immutable(),
	}
}

// Indexes of the sessions table.
func (Session) Indexes() []ent.Index {
	return []ent.Index{index.Fields("user_id")}
}

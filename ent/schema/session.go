package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Session lasts from a log-in, through any number of refreshes, to its end. Its id is in the tokens issued for it; ending it
// deletes the row and blocks the id.
type Session struct{ ent.Schema }

// Annotations of the sessions table.
func (Session) Annotations() []schema.Annotation { return []schema.Annotation{binaryText()} }

// Fields of the sessions table.
func (Session) Fields() []ent.Field {
	return []ent.Field{
		idField("id"),
		idField("user_id"),
		timeField("created_at"),
		timeField("last_used_at"),      // the log-in or the last refresh
		timeField("expires_at"),        // the end, unless it is refreshed before
		timeField("access_expires_at"), // when every access token issued for it so far has expired
		field.Uint32("generation").Default(1).
			Comment("of the current refresh token; each refresh raises it by one"),
		field.Bytes("secret_hash").Immutable().Sensitive().MaxLen(32).SchemaType(map[string]string{dialect.MySQL: "binary(32)"}).
			Comment("SHA-256 of the secret in its refresh tokens"),
		field.Enum("delivery").Values("BODY", "COOKIE").Default("BODY").Immutable().
			Comment("how refresh tokens reach the client"),
		field.String("user_agent").Optional().Nillable().MaxLen(1024).
			Comment("256 characters of at most four bytes"),
		field.String("ip_address").Optional().Nillable().MaxLen(45),
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
	return []ent.Index{index.Fields("user_id"), index.Fields("expires_at")}
}

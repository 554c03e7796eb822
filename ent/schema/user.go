package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// User is someone with an account. At least one of email and username is set; the rules in internal/auth keep it so.
type User struct{ ent.Schema }

// Annotations of the users table.
func (User) Annotations() []schema.Annotation { return []schema.Annotation{binaryText()} }

// Fields of the users table.
func (User) Fields() []ent.Field {
	return []ent.Field{
		idField("id"),
		field.String("email").Optional().Nillable().MaxLen(254),
		field.String("username").Optional().Nillable().MaxLen(32),
		field.String("name").Optional().Nillable().MaxLen(800).
			Comment("200 characters of at most four bytes"),
		field.String("password_hash").Sensitive().MaxLen(255).
			Comment("PHC string"),
		field.Enum("role").Values("USER", "ADMIN").Default("USER"),
		field.Bool("disabled").Default(false),
		field.Int("credential_version").Default(1).
			Comment("raised when tokens issued so far must be refused; they carry it as ver"),
		field.Uint64("lock_version").Default(0).
			Comment("really changed by whoever locks the row, or a cluster would not see the conflict"),
		field.Enum("imported").Values("FRESH", "USED").Optional().Nillable().
			Comment("from another system: FRESH until its user logs in or anything is changed here; null for those made here"),
		timeField("created_at"),
		timeField("updated_at"),
	}
}

// Edges of the users table.
func (User) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("sessions", Session.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of the users table: unique in the database itself, whatever two servers do at once; and in the order in which
// accounts are listed, for what picks few of many.
func (User) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("email").Unique(),
		index.Fields("username").Unique(),
		index.Fields("role", "id"),
		index.Fields("disabled", "id"),
		index.Fields("role", "disabled", "id"),
	}
}

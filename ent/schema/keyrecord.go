package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// KeyRecord is a key that belongs to this database. The keys themselves are files in the keys directory of each server.
type KeyRecord struct{ ent.Schema }

// Annotations of the key_records table.
func (KeyRecord) Annotations() []schema.Annotation { return []schema.Annotation{binaryText()} }

// Fields of the key_records table.
func (KeyRecord) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(64).Immutable().
			Comment("kid of a signing key, or `refresh`: the one key of the refresh tokens"),
		field.String("fingerprint").MaxLen(64).
			Comment("tells whether a file holds this very key, and nothing else about it"),
		timeField("created_at"),
		timeField("signs_at"), // from when on it signs, until another one does; of no meaning for `refresh`
	}
}

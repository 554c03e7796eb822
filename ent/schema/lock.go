package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Lock is a row that transactions change so that only one of them goes on: for rules that no single row and no index can
// hold. The migration puts them in.
type Lock struct{ ent.Schema }

// Annotations of the locks table.
func (Lock) Annotations() []schema.Annotation { return []schema.Annotation{binaryText()} }

// Fields of the locks table.
func (Lock) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(64).Immutable(),
		field.Uint64("version").Default(0).
			Comment("really changed each time, or a cluster would not see the conflict"),
	}
}

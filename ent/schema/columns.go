// Package schema describes the tables. `make generate` turns it into ent's client and, when it has changed, into a new
// migration for each database.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/gofrs/uuid/v5"
)

// idField holds a UUIDv7 that the rules make from the injected clock. MySQL has no type for it, and MariaDB's own would
// not run there.
func idField(name string) ent.Field {
	return field.UUID(name, uuid.UUID{}).Immutable().SchemaType(map[string]string{dialect.MySQL: "char(36)"})
}

// timeField is a moment with the milliseconds that the API shows. MySQL's default for ent would keep whole seconds.
func timeField(name string) ent.Field {
	return field.Time(name).SchemaType(map[string]string{dialect.MySQL: "datetime(6)"})
}

// binaryText compares text byte by byte on MySQL, as SQLite does: what is equal is decided by our normalisation alone.
func binaryText() schema.Annotation {
	return entsql.Annotation{Charset: "utf8mb4", Collation: "utf8mb4_bin"}
}

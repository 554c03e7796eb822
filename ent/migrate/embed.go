// Package migrate holds the tables as ent knows them, and the migrations that make them.
package migrate

import "embed"

// Files holds the versioned migrations: one folder for each dialect, sqlite and mysql. `make generate` adds to them; what
// has been released is never edited.
//
//go:embed sqlite/*.sql mysql/*.sql
var Files embed.FS

package migrate

import "embed"

// Files holds the versioned migrations: one folder for each dialect, sqlite and mysql. `make generate` adds to them; what
// has been released is never edited.
//
//go:embed all:sqlite all:mysql
var Files embed.FS

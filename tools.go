//go:build tools

// The code generators, pinned with everything else in go.mod.
package main

import (
	_ "entgo.io/ent/cmd/ent"
	_ "github.com/99designs/gqlgen"
)

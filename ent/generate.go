// Package ent is the data layer: generated from ent/schema by `make generate`, except for this file and the folders
// schema, migrate/diff and migrate/rehash.
package ent

//go:generate go run -mod=mod entgo.io/ent/cmd/ent generate --feature sql/versioned-migration,sql/execquery ./schema

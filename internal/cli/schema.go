package cli

import "io"

type schemaCommand struct{}

// Run prints the GraphQL schema, as code generators read it.
func (schemaCommand) Run(h *host) error {
	_, err := io.WriteString(h.stdout, h.schema)
	return err
}

package graph

// Schema is the text of schema.graphqls.
func Schema() string { return sources[0].Input }

func init() { delete(parsedSchema.Directives, "defer") } // gqlparser adds it to every schema, and nothing here obeys it

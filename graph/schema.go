package graph

// Schema is the text of schema.graphqls.
func Schema() string { return sources[0].Input }

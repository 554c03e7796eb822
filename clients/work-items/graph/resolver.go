package graph

import "latchkey.example/work-items/items"

// Resolver is the root of all resolvers. Each of them acts for access.ViewerOf(ctx) and for nobody else.
type Resolver struct{ Items *items.Store }

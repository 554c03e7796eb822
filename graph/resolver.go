package graph

import "latchkey/internal/auth"

// Resolver is the root of all resolvers. They delegate; the rules are in internal/auth.
type Resolver struct{ Auth *auth.Service }

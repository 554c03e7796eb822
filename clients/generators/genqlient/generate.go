// Package genqlient is what genqlient generates from Latchkey's schema, tried on the real server by its test.
package genqlient

//go:generate go tool genqlient

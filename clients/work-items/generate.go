package main

//go:generate go tool gqlgen generate
//go:generate go tool genqlient

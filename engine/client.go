package engine

import "github.com/compose-orchestrator/compose/engine/api"

// The engine's API, for the rooms that are in this package.
type (
	Reader = api.Reader
	Client = api.Client
)

// ReadOnly is api.ReadOnly.
func ReadOnly(c Client) Reader { return api.ReadOnly(c) }

package plan

import "github.com/compose-orchestrator/compose/event"

// Action is what a step does. It is data: names, ids of what exists, options;
// whoever carries it out looks the service up in the project.
type Action interface {
	// Verb is the action's name, unique among actions: "create", "pull".
	Verb() string
	// Resource is what the action is about.
	Resource() event.Ref
}

// Detailed is an action with options that the text of a plan shows behind its
// resource: "replacing", "timeout 10s".
type Detailed interface {
	Action
	Details() []string
}

package planner

import (
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// CreateNetwork makes a network of the file; Key is its key there.
type CreateNetwork struct {
	Ref event.Ref `json:"ref"`
	Key string    `json:"key"`
}

func (CreateNetwork) Verb() string          { return "create-network" }
func (a CreateNetwork) Resource() event.Ref { return a.Ref }

func (CreateNetwork) Words() plan.Words {
	return plan.Words{Working: "Creating", Done: "Created", Aim: "to be created", Doing: "creating", Becomes: "create"}
}

// CheckNetwork fails where others than these containers run on a network that is
// to be made anew: before anything stops for it.
type CheckNetwork struct {
	Ref        event.Ref `json:"ref"`
	ID         string    `json:"id"`
	Containers []string  `json:"containers,omitempty"` // ids
	// Stopped are the ids of those that did not run when they were looked at. They
	// are stopped all the same: the engine may still be ending them, or starting
	// them for a command that was killed.
	Stopped []string `json:"stopped,omitempty"`
}

func (CheckNetwork) Verb() string          { return "check-network" }
func (a CheckNetwork) Resource() event.Ref { return a.Ref }
func (CheckNetwork) Words() plan.Words     { return plan.Words{Doing: "checking"} }

// RemoveNetwork removes one.
type RemoveNetwork struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id"`
	// Leave are the ids of containers that do not run and stay: an engine that
	// does not remove a network for their sake gets them off it first.
	Leave []string `json:"leave,omitempty"`
}

func (RemoveNetwork) Verb() string          { return "remove-network" }
func (a RemoveNetwork) Resource() event.Ref { return a.Ref }

func (RemoveNetwork) Words() plan.Words {
	return plan.Words{Working: "Removing", Done: "Removed", Aim: "to be removed", Doing: "removing", Becomes: "remove"}
}

// ConnectContainer puts a container that does not run on a network anew, in
// place of the one of the same name that it was on: with the addresses and
// aliases that the file gives it there or, where the file does not put it there,
// those that it had.
type ConnectContainer struct {
	Ref     event.Ref `json:"ref"`
	ID      string    `json:"id"`
	Network string    `json:"network"` // its name
}

func (ConnectContainer) Verb() string          { return "connect" }
func (a ConnectContainer) Resource() event.Ref { return a.Ref }

func (ConnectContainer) Words() plan.Words {
	return plan.Words{Aim: "to be connected", Doing: "connecting"}
}

func (a ConnectContainer) Details() []string { return []string{"to " + a.Network} }

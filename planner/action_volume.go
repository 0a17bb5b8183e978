package planner

import (
	"fmt"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// CreateVolume makes a named volume of the file; Key is its key there.
type CreateVolume struct {
	Ref event.Ref `json:"ref"`
	Key string    `json:"key"`
}

func (CreateVolume) Verb() string          { return "create-volume" }
func (a CreateVolume) Resource() event.Ref { return a.Ref }

func (CreateVolume) Words() plan.Words {
	return plan.Words{Working: "Creating", Done: "Created", Aim: "to be created", Doing: "creating", Becomes: "create"}
}

// RemoveVolume removes one, with its data.
type RemoveVolume struct {
	Ref event.Ref `json:"ref"`
}

func (RemoveVolume) Verb() string          { return "remove-volume" }
func (a RemoveVolume) Resource() event.Ref { return a.Ref }

func (RemoveVolume) Words() plan.Words {
	return plan.Words{Working: "Removing", Done: "Removed", Aim: "to be removed", Doing: "removing", Becomes: "remove"}
}

// RecordStops keeps, as the volume Ref.Name, which containers have to come back,
// or whose volumes: a run that is killed before it saw to that leaves it to the
// next one.
type RecordStops struct {
	Ref   event.Ref `json:"ref"`
	Stops []Stopped `json:"stops"`
}

func (RecordStops) Verb() string          { return "record" }
func (a RecordStops) Resource() event.Ref { return a.Ref }
func (RecordStops) Words() plan.Words     { return plan.Words{} }

func (a RecordStops) Details() []string {
	return []string{fmt.Sprintf("of containers: %d", len(a.Stops))}
}

// ForgetStops removes what a RecordStops kept.
type ForgetStops struct {
	Ref event.Ref `json:"ref"`
}

func (ForgetStops) Verb() string          { return "forget" }
func (a ForgetStops) Resource() event.Ref { return a.Ref }
func (ForgetStops) Words() plan.Words     { return plan.Words{} }

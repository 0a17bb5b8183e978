package planner

import (
	"fmt"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// CreateContainer makes replica Ref.Number of service Ref.Service.
type CreateContainer struct {
	Ref event.Ref `json:"ref"`
	// Replaces is the id of the container that this one replaces: it is created
	// under a temporary name, takes over its anonymous volumes, and is renamed
	// when the other is gone.
	Replaces string `json:"replaces,omitempty"`
	// FreshVolumes: anonymous volumes are not taken over (-V).
	FreshVolumes bool `json:"fresh_volumes,omitempty"`
	// Inherits are the anonymous volumes, by target, of a predecessor that is gone.
	Inherits map[string]string `json:"inherits,omitempty"`
}

func (CreateContainer) Verb() string          { return "create" }
func (a CreateContainer) Resource() event.Ref { return a.Ref }

func (a CreateContainer) Words() plan.Words {
	w := plan.Words{Working: "Creating", Done: "Created", Aim: "to be created", Doing: "creating", Becomes: "create", Replaces: true}
	if a.Replaces != "" {
		w.Working, w.Done, w.Reason, w.Begins, w.Becomes = "Recreate", "Recreated", true, changeReplace, "recreate"
	}
	return w
}

func (a CreateContainer) Details() []string {
	var d []string
	if a.Replaces != "" {
		d = append(d, "replacing")
	}
	if a.FreshVolumes {
		d = append(d, "fresh volumes")
	}
	if len(a.Inherits) > 0 {
		d = append(d, fmt.Sprintf("anonymous volumes kept: %d", len(a.Inherits)))
	}
	return d
}

// RenameContainer gives a container its final name, Ref.Name.
type RenameContainer struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id,omitempty"` // "": the one this plan created
}

func (RenameContainer) Verb() string          { return "rename" }
func (a RenameContainer) Resource() event.Ref { return a.Ref }

func (RenameContainer) Words() plan.Words {
	return plan.Words{Aim: "to be recreated", Ends: changeReplace, Doing: "renaming"}
}

// RemoveContainer removes one. A running one must have been stopped, unless
// Force.
type RemoveContainer struct {
	Ref     event.Ref `json:"ref"`
	ID      string    `json:"id"`
	Force   bool      `json:"force,omitempty"`
	Volumes bool      `json:"volumes,omitempty"` // its anonymous volumes too
	// Files is the volume with its secrets and configs (project.LabelFiles),
	// which goes with it; "": none.
	Files string `json:"files,omitempty"`
}

func (RemoveContainer) Verb() string          { return "remove" }
func (a RemoveContainer) Resource() event.Ref { return a.Ref }

func (RemoveContainer) Words() plan.Words {
	return plan.Words{
		Working: "Removing", Done: "Removed", Aim: "to be removed", Doing: "removing",
		Becomes: "remove",
	}
}

func (a RemoveContainer) Details() []string {
	var d []string
	if a.Force {
		d = append(d, "force")
	}
	if a.Volumes {
		d = append(d, "with volumes")
	}
	if a.Files != "" {
		d = append(d, "with its files")
	}
	return d
}

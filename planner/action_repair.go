package planner

import (
	"strings"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// RepairContainer puts right what somebody changed of a container by hand, and leaves it
// running: its limits and restart policy, its networks, its name, which becomes Ref.Name.
type RepairContainer struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id"`
	// Update gives it the limits and the restart policy of its service.
	Update bool `json:"update,omitempty"`
	// Leave and Join are networks, by name. All are left before one is joined.
	Leave []string `json:"leave,omitempty"`
	Join  []string `json:"join,omitempty"`
	// Renamed: it has another name.
	Renamed bool `json:"renamed,omitempty"`
}

func (RepairContainer) Verb() string          { return "repair" }
func (a RepairContainer) Resource() event.Ref { return a.Ref }

func (RepairContainer) Words() plan.Words {
	return plan.Words{Working: "Repairing", Done: "Repaired", Aim: "to be repaired", Doing: "repairing", Becomes: "repair"}
}

func (a RepairContainer) Details() []string {
	var d []string
	if a.Update {
		d = append(d, "limits")
	}
	if len(a.Leave) > 0 {
		d = append(d, "off "+strings.Join(a.Leave, ", "))
	}
	if len(a.Join) > 0 {
		d = append(d, "on "+strings.Join(a.Join, ", "))
	}
	if a.Renamed {
		d = append(d, "name")
	}
	return d
}

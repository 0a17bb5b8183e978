package planner

import (
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// StartContainer starts one. ID is that of the one which is there already; a
// container that this plan created under the same Ref goes before.
type StartContainer struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id,omitempty"`
}

func (StartContainer) Verb() string          { return "start" }
func (a StartContainer) Resource() event.Ref { return a.Ref }

func (StartContainer) Words() plan.Words {
	return plan.Words{
		Working: "Starting", Done: "Started", Kept: "Running", Aim: "to start",
		Begins: changeStart, Doing: "starting", Becomes: "start",
	}
}

// RestartContainer stops and starts one in a single call of the engine.
type RestartContainer struct {
	Ref     event.Ref      `json:"ref"`
	ID      string         `json:"id"`
	Timeout *time.Duration `json:"timeout,omitempty"`
}

func (RestartContainer) Verb() string          { return "restart" }
func (a RestartContainer) Resource() event.Ref { return a.Ref }

func (RestartContainer) Words() plan.Words {
	return plan.Words{
		Working: "Restarting", Done: "Started", Aim: "to start", Begins: changeStart,
		Doing: "restarting", Becomes: "restart",
	}
}

func (a RestartContainer) Details() []string { return timeoutDetails(a.Timeout) }

// StopContainer stops one. Timeout nil: the container's own grace period.
type StopContainer struct {
	Ref     event.Ref      `json:"ref"`
	ID      string         `json:"id"`
	Timeout *time.Duration `json:"timeout,omitempty"`
}

func (StopContainer) Verb() string          { return "stop" }
func (a StopContainer) Resource() event.Ref { return a.Ref }

func (StopContainer) Words() plan.Words {
	return plan.Words{Working: "Stopping", Done: "Stopped", Aim: "to stop", Doing: "stopping", Becomes: "stop"}
}

func (a StopContainer) Details() []string { return timeoutDetails(a.Timeout) }

// KillContainer sends a signal, SIGKILL where none is named.
type KillContainer struct {
	Ref    event.Ref `json:"ref"`
	ID     string    `json:"id"`
	Signal string    `json:"signal,omitempty"`
}

func (KillContainer) Verb() string          { return "kill" }
func (a KillContainer) Resource() event.Ref { return a.Ref }

func (KillContainer) Words() plan.Words {
	return plan.Words{Working: "Killing", Done: "Killed", Aim: "to stop", Doing: "killing", Becomes: "kill"}
}

func (a KillContainer) Details() []string {
	if a.Signal == "" {
		return nil
	}
	return []string{"signal " + a.Signal}
}

// PauseContainer freezes the processes of a running one.
type PauseContainer struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id"`
}

func (PauseContainer) Verb() string          { return "pause" }
func (a PauseContainer) Resource() event.Ref { return a.Ref }

func (PauseContainer) Words() plan.Words {
	return plan.Words{Working: "Pausing", Done: "Paused", Aim: "to be paused", Doing: "pausing", Becomes: "pause"}
}

// UnpauseContainer lets a paused one go on.
type UnpauseContainer struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id"`
}

func (UnpauseContainer) Verb() string          { return "unpause" }
func (a UnpauseContainer) Resource() event.Ref { return a.Ref }

func (UnpauseContainer) Words() plan.Words {
	return plan.Words{Done: "Unpaused", Aim: "to start", Doing: "unpausing", Becomes: "unpause"}
}

// timeoutDetails are the details of an action with a timeout of its own.
func timeoutDetails(timeout *time.Duration) []string {
	if timeout == nil {
		return nil
	}
	return []string{"timeout " + timeout.String()}
}

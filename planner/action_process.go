package planner

import (
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// StartContainer starts one. ID is that of the one which is there already; a
// container that this plan created under the same Ref goes before.
type StartContainer struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id,omitempty"`
}

func (StartContainer) Verb() string          { return "start" }
func (a StartContainer) Resource() event.Ref { return a.Ref }

// RestartContainer stops and starts one in a single call of the engine.
type RestartContainer struct {
	Ref     event.Ref      `json:"ref"`
	ID      string         `json:"id"`
	Timeout *time.Duration `json:"timeout,omitempty"`
}

func (RestartContainer) Verb() string          { return "restart" }
func (a RestartContainer) Resource() event.Ref { return a.Ref }
func (a RestartContainer) Details() []string   { return timeoutDetails(a.Timeout) }

// StopContainer stops one. Timeout nil: the container's own grace period.
type StopContainer struct {
	Ref     event.Ref      `json:"ref"`
	ID      string         `json:"id"`
	Timeout *time.Duration `json:"timeout,omitempty"`
}

func (StopContainer) Verb() string          { return "stop" }
func (a StopContainer) Resource() event.Ref { return a.Ref }
func (a StopContainer) Details() []string   { return timeoutDetails(a.Timeout) }

// KillContainer sends a signal, SIGKILL where none is named.
type KillContainer struct {
	Ref    event.Ref `json:"ref"`
	ID     string    `json:"id"`
	Signal string    `json:"signal,omitempty"`
}

func (KillContainer) Verb() string          { return "kill" }
func (a KillContainer) Resource() event.Ref { return a.Ref }

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

// UnpauseContainer lets a paused one go on.
type UnpauseContainer struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id"`
}

func (UnpauseContainer) Verb() string          { return "unpause" }
func (a UnpauseContainer) Resource() event.Ref { return a.Ref }

// timeoutDetails are the details of an action with a timeout of its own.
func timeoutDetails(timeout *time.Duration) []string {
	if timeout == nil {
		return nil
	}
	return []string{"timeout " + timeout.String()}
}

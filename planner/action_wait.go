package planner

import (
	"fmt"
	"strings"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// WaitContainer waits until a container meets Condition.
type WaitContainer struct {
	Ref       event.Ref `json:"ref"`
	ID        string    `json:"id,omitempty"` // as in StartContainer
	Condition Condition `json:"condition"`
	// For are the services that wait; empty: the command itself (--wait).
	For []string `json:"for,omitempty"`
}

func (WaitContainer) Verb() string          { return "wait" }
func (a WaitContainer) Resource() event.Ref { return a.Ref }

func (a WaitContainer) Words() plan.Words {
	w := plan.Words{Working: "Waiting", Done: a.Condition.met(), Detail: a.Condition.aim(), Aim: a.Condition.aim(), Doing: "waiting for", Completes: a.Condition == ConditionCompleted}
	if len(a.For) > 0 {
		w.Detail += ", for " + strings.Join(a.For, ", ")
	}
	return w
}

func (WaitContainer) Interruption() plan.Interruption { return plan.Stops }

func (a WaitContainer) Details() []string {
	d := []string{string(a.Condition)}
	if len(a.For) > 0 {
		d = append(d, "for "+strings.Join(a.For, ", "))
	}
	return d
}

// RunHook runs the hook number Index of the phase in the container, or for it.
type RunHook struct {
	Ref   event.Ref `json:"ref"`
	ID    string    `json:"id,omitempty"` // as in StartContainer
	Phase HookPhase `json:"phase"`
	Index int       `json:"index"`
}

func (RunHook) Verb() string          { return "hook" }
func (a RunHook) Resource() event.Ref { return a.Ref }

// Words: a hook is a part of the start or the stop. A container counts as started
// when its post_start hooks ended.
func (a RunHook) Words() plan.Words {
	w := plan.Words{Working: "Starting", Aim: "to run its hook", Doing: "running a hook of"}
	switch a.Phase {
	case PreStop:
		w.Working = "Stopping"
	case PostStart:
		w.Ends = changeStart
	}
	return w
}

func (a RunHook) Details() []string { return []string{fmt.Sprintf("%s %d", a.Phase, a.Index)} }

// Condition is what a wait ends with.
type Condition string

// The conditions of depends_on, and what --wait asks for.
const (
	ConditionStarted   Condition = "service_started"
	ConditionHealthy   Condition = "service_healthy"
	ConditionCompleted Condition = "service_completed_successfully"
	// ConditionRunningOrHealthy: running, and healthy where there is a check; or
	// ended well where nothing starts it again.
	ConditionRunningOrHealthy Condition = "running_or_healthy"
)

// met is the status of a container whose wait ended well.
func (c Condition) met() string {
	switch c {
	case ConditionStarted:
		return "Started"
	case ConditionRunningOrHealthy: // of one with a health check the result says more
		return "Running"
	case ConditionHealthy:
		return "Healthy"
	case ConditionCompleted:
		return "Exited"
	}
	return ""
}

// aim is what the condition asks of a container: "to start".
func (c Condition) aim() string {
	switch c {
	case ConditionStarted:
		return "to start"
	case ConditionHealthy:
		return "to be healthy"
	case ConditionRunningOrHealthy:
		return "to run and be healthy"
	case ConditionCompleted:
		return "to complete"
	}
	return ""
}

// HookPhase is when a hook runs: before or after the start, or before the stop.
type HookPhase string

// The phases of hooks.
const (
	// PreStart hooks run in containers of their own, which see the volumes of
	// the one that is to start.
	PreStart  HookPhase = "pre_start"
	PostStart HookPhase = "post_start"
	PreStop   HookPhase = "pre_stop"
)

// Package plan holds what a plan is: steps with their actions, reasons and order,
// what steps bring, and how a plan is written. It knows no action: those of
// containers on an engine are planner's.
package plan

import "github.com/compose-orchestrator/compose/event"

// Plan is what has to be done. Steps are in an order in which they could run
// one by one; Step.After tells what really has to wait for what.
type Plan struct {
	// Title is the present participle for displays: "Running", "Stopping".
	Title string `json:"title,omitempty"`
	Steps []Step `json:"steps"`
	// Kept are the containers that are as they should be.
	Kept []event.Ref `json:"kept,omitempty"`
	// KeptVolumes are the named volumes that are there, and stay, by their names at the
	// engine. A plan of nothing that makes or removes volumes need not have them.
	KeptVolumes []string `json:"kept_volumes,omitempty"`
	// Stopped are the containers that a stop finds stopped.
	Stopped []event.Ref `json:"stopped,omitempty"`
	// Skipped are what the command leaves out, and why.
	Skipped []Skip `json:"skipped,omitempty"`
	Notes   []Note `json:"notes,omitempty"`
	// Asks are what the plan leaves undone for want of the user's consent.
	Asks []Ask `json:"asks,omitempty"`
	// Findings are what was looked at before the plan is carried out, and what came of it.
	Findings []Finding `json:"findings,omitempty"`
	// Altered are what somebody changed by hand, and the plan leaves as it is.
	Altered []Altered `json:"altered,omitempty"`
	// CutOff are the published ports at which nobody answers while the plan is carried out,
	// or afterwards.
	CutOff []CutOff `json:"cut_off,omitempty"`
}

// Altered is a resource that somebody changed by hand, after it was made.
type Altered struct {
	Ref event.Ref `json:"ref"`
	// Changes lead from what it is to what it was made as.
	Changes []FieldChange `json:"changes"`
}

// CutOff are published ports of one service at which its containers cease to answer.
type CutOff struct {
	Service string `json:"service"`
	// Ports are those of the host: "8080", "127.0.0.1:8080", "53/udp".
	Ports []string `json:"ports"`
	// Ended: the service has none of them afterwards.
	Ended bool `json:"ended,omitempty"`
	// Last is for how long its containers were down the last time; nil: it is not known.
	Last *Downtime `json:"last,omitempty"`
	// When is as in Step: that comes only if one of these turns out new.
	When []event.Ref `json:"when,omitempty"`
}

// Downtime is for how long containers were down, from the stop of one to the start of the
// one in its place.
type Downtime struct {
	// Deployment is its number in the history.
	Deployment   int   `json:"deployment"`
	Milliseconds int64 `json:"ms"`
}

// Skip is a resource that a command leaves out.
type Skip struct {
	Ref event.Ref `json:"ref"`
	Why string    `json:"why"`
}

// Ask is a question that the plan's caller puts to the user. Who made the plan
// says how the answer comes back: planner.UpOptions.Discard.
type Ask struct {
	Ref  event.Ref `json:"ref"`
	Text string    `json:"text"`
	// Agrees is the flag that agrees beforehand; "": --yes.
	Agrees string `json:"-"`
}

// Step is one action and its place in the plan.
type Step struct {
	// ID is the step's place in the plan, from 1.
	ID     int    `json:"id"`
	Action Action `json:"action"`
	Reason Reason `json:"reason"`
	// After are the steps that must have ended well before this one begins.
	After []int `json:"after,omitempty"`
	// When names images whose pull or build comes first, and providers and
	// models: the step runs only if one of them turns out other than State says;
	// else it counts as done.
	When []event.Ref `json:"when,omitempty"`
	// Optional: if it fails or is skipped, that is a warning, and what comes
	// after it runs.
	Optional bool `json:"optional,omitempty"`
	// LosesData: the user is asked before a plan with such a step is applied.
	LosesData bool `json:"loses_data,omitempty"`
}

// Reason says why a step is in the plan.
type Reason struct {
	Code    Code          `json:"code"`
	Detail  string        `json:"detail,omitempty"`
	Changes []FieldChange `json:"changes,omitempty"`
}

// FieldChange is one difference. Old and New are short texts, without secrets.
type FieldChange struct {
	Field string `json:"field"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

// Code is a machine-readable reason. Each planner has its own: those of
// containers are planner.BecauseMissing and the like.
type Code string

// Note is something the user should know of a plan, on no step.
type Note struct {
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
}

// Needs tells whether the plan has anything to do.
func (p *Plan) Needs() bool { return len(p.Steps) > 0 }

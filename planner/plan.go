package planner

import "github.com/compose-orchestrator/compose/event"

// Plan is what has to be done. Steps are in an order in which they could run
// one by one; Step.After tells what really has to wait for what.
type Plan struct {
	// Title is the present participle for displays: "Running", "Stopping".
	Title string `json:"title,omitempty"`
	Steps []Step `json:"steps"`
	// Kept are the containers that are as they should be.
	Kept []event.Ref `json:"kept,omitempty"`
	// Stopped are the containers that a stop finds stopped.
	Stopped []event.Ref `json:"stopped,omitempty"`
	// Skipped are what the command leaves out, and why.
	Skipped []Skip `json:"skipped,omitempty"`
	Notes   []Note `json:"notes,omitempty"`
	// Asks are what the plan leaves undone for want of the user's consent.
	Asks []Ask `json:"asks,omitempty"`
}

// Skip is a resource that a command leaves out.
type Skip struct {
	Ref event.Ref `json:"ref"`
	Why string    `json:"why"`
}

// Ask is a question that the plan's caller puts to the user. A yes goes into a
// second call of the planner, in UpOptions.Discard.
type Ask struct {
	Ref  event.Ref `json:"ref"`
	Text string    `json:"text"`
	// Agrees is the flag that agrees beforehand; "": --yes.
	Agrees string `json:"-"`
}

// Step is one call of the engine (or of a builder), or one wait.
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

// Code is a machine-readable reason.
type Code string

// The reasons of steps.
const (
	BecauseMissing           Code = "missing"          // desired and not there
	BecauseConfigChanged     Code = "config changed"   // the service's definition differs
	BecauseImageChanged      Code = "image changed"    // the reference names another image now
	BecauseImageVolume       Code = "image mount"      // an image that is mounted changed
	BecauseForced            Code = "forced"           // by a flag
	BecauseParentRecreated   Code = "parent recreated" // a namespace or volumes_from of a recreated one
	BecauseNetworkMissing    Code = "network missing"  // a declared network is not attached
	BecauseNetworkChanged    Code = "network changed"  // one that it is on is made anew
	BecauseVolumeMissing     Code = "volume missing"   // a declared volume is not mounted
	BecauseUntagged          Code = "its name goes to another image"
	BecauseNotRunning        Code = "not running"        // up to date, and to be started
	BecausePausedByHand      Code = "paused"             // up to date, and to be unpaused
	BecauseOrphan            Code = "orphan"             // its service is not in the file
	BecauseFinished          Code = "finished one-off"   // a container of run that ended and stayed
	BecauseScaledDown        Code = "scaled down"        // more replicas than asked for
	BecauseDuplicate         Code = "duplicate"          // a leftover of an interrupted replacement
	BecauseInterrupted       Code = "interrupted"        // finishing what an earlier run began
	BecauseDependencyRestart Code = "dependency restart" // depends_on with restart: true
	BecauseDependency        Code = "dependency"         // others wait for its condition
	BecauseProvided          Code = "variables"          // of a provider or a model
	BecausePullPolicy        Code = "pull policy"
	BecauseBuildRequested    Code = "build"
	BecauseRequested         Code = "requested" // the command says so: stop, down, ...
)

// Note is something the user should know of a plan, on no step.
type Note struct {
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
}

// Needs tells whether the plan has anything to do.
func (p *Plan) Needs() bool { return len(p.Steps) > 0 }

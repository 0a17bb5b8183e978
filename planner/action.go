package planner

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// Action is what a step does. The set is closed: the types of this file. They
// are data: names, ids of what exists, options; whoever carries them out looks
// the service up in the project.
type Action interface {
	// Verb is the action's name, unique among actions: "create", "pull".
	Verb() string
	// Resource is what the action is about.
	Resource() event.Ref
}

// PullImage brings an image from its registry. Ref.Name is the reference.
type PullImage struct {
	Ref      event.Ref `json:"ref"`
	Platform string    `json:"platform,omitempty"`
	// Have is the Digest of the image that the engine has under this reference,
	// "" where it has none: the pull changed something if another one comes.
	Have string `json:"have,omitempty"`
}

// PushImage sends an image to its registry. Ref.Name is the reference.
type PushImage struct {
	Ref event.Ref `json:"ref"`
}

// BuildImage builds a service's image. Ref.Name is the image's name,
// Ref.Service the service whose build section it is.
type BuildImage struct {
	Ref  event.Ref `json:"ref"`
	Have string    `json:"have,omitempty"` // as in PullImage
	// PullFirst: the service names an image too, which nobody has yet: the
	// registry is asked for it, and the build is what happens where it has none.
	PullFirst bool `json:"pull_first,omitempty"`
}

// PruneImage is about an image that lost its name Ref.Name to another: nothing
// happens to it while something else names or uses it; else Remove removes it,
// and without that it is reported.
type PruneImage struct {
	Ref    event.Ref `json:"ref"`
	ID     string    `json:"id"`
	Remove bool      `json:"remove,omitempty"`
}

// CreateNetwork makes a network of the file; Key is its key there.
type CreateNetwork struct {
	Ref event.Ref `json:"ref"`
	Key string    `json:"key"`
}

// CheckNetwork fails where others than these containers run on a network that is
// to be made anew: before anything stops for it.
type CheckNetwork struct {
	Ref        event.Ref `json:"ref"`
	ID         string    `json:"id"`
	Containers []string  `json:"containers,omitempty"` // ids
}

// RemoveNetwork removes one.
type RemoveNetwork struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id"`
	// Leave are the ids of containers that do not run and stay: an engine that
	// does not remove a network for their sake gets them off it first.
	Leave []string `json:"leave,omitempty"`
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

// RecordStops keeps, as the volume Ref.Name, which containers have to come back,
// or whose volumes: a run that is killed before it saw to that leaves it to the
// next one.
type RecordStops struct {
	Ref   event.Ref `json:"ref"`
	Stops []Stopped `json:"stops"`
}

// ForgetStops removes what a RecordStops kept.
type ForgetStops struct {
	Ref event.Ref `json:"ref"`
}

// CreateVolume makes a named volume of the file; Key is its key there.
type CreateVolume struct {
	Ref event.Ref `json:"ref"`
	Key string    `json:"key"`
}

// RemoveVolume removes one, with its data.
type RemoveVolume struct {
	Ref event.Ref `json:"ref"`
}

// RemoveImage removes an image's tag, and the image with its last tag.
type RemoveImage struct {
	Ref event.Ref `json:"ref"`
}

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

// RenameContainer gives a container its final name, Ref.Name.
type RenameContainer struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id,omitempty"` // "": the one this plan created
}

// StartContainer starts one. ID is that of the one which is there already; a
// container that this plan created under the same Ref goes before.
type StartContainer struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id,omitempty"`
}

// PauseContainer freezes the processes of a running one.
type PauseContainer struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id"`
}

// UnpauseContainer lets a paused one go on.
type UnpauseContainer struct {
	Ref event.Ref `json:"ref"`
	ID  string    `json:"id"`
}

// StopContainer stops one. Timeout nil: the container's own grace period.
type StopContainer struct {
	Ref     event.Ref      `json:"ref"`
	ID      string         `json:"id"`
	Timeout *time.Duration `json:"timeout,omitempty"`
}

// RestartContainer stops and starts one in a single call of the engine.
type RestartContainer struct {
	Ref     event.Ref      `json:"ref"`
	ID      string         `json:"id"`
	Timeout *time.Duration `json:"timeout,omitempty"`
}

// KillContainer sends a signal, SIGKILL where none is named.
type KillContainer struct {
	Ref    event.Ref `json:"ref"`
	ID     string    `json:"id"`
	Signal string    `json:"signal,omitempty"`
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

// WaitContainer waits until a container meets Condition.
type WaitContainer struct {
	Ref       event.Ref `json:"ref"`
	ID        string    `json:"id,omitempty"` // as in StartContainer
	Condition Condition `json:"condition"`
	// For are the services that wait; empty: the command itself (--wait).
	For []string `json:"for,omitempty"`
}

// RunHook runs the hook number Index of the phase in the container, or for it.
type RunHook struct {
	Ref   event.Ref `json:"ref"`
	ID    string    `json:"id,omitempty"` // as in StartContainer
	Phase HookPhase `json:"phase"`
	Index int       `json:"index"`
}

// RunProvider calls the program that provides the service Ref.Name.
type RunProvider struct {
	Ref event.Ref    `json:"ref"`
	Do  ProviderVerb `json:"do"`
	// Have is the fingerprint (project.FingerprintOf) of the variables that its
	// dependents' containers have of it, "" where they differ or there are none.
	Have string `json:"have,omitempty"`
}

// BringModel makes sure that the model Ref.Name of the file is there, and
// configures it.
type BringModel struct {
	Ref  event.Ref `json:"ref"`
	Have string    `json:"have,omitempty"` // as in RunProvider
}

// ProviderVerb is what a provider is called for.
type ProviderVerb string

// The verbs of providers.
const (
	ProviderUp   ProviderVerb = "up"
	ProviderDown ProviderVerb = "down"
	ProviderStop ProviderVerb = "stop"
)

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

// HookPhase is the place of a hook in a container's life.
type HookPhase string

// The phases of hooks.
const (
	// PreStart hooks run in containers of their own, which see the volumes of
	// the one that is to start.
	PreStart  HookPhase = "pre_start"
	PostStart HookPhase = "post_start"
	PreStop   HookPhase = "pre_stop"
)

func (PullImage) Verb() string        { return "pull" }
func (PushImage) Verb() string        { return "push" }
func (BuildImage) Verb() string       { return "build" }
func (CreateNetwork) Verb() string    { return "create-network" }
func (CheckNetwork) Verb() string     { return "check-network" }
func (RemoveNetwork) Verb() string    { return "remove-network" }
func (CreateVolume) Verb() string     { return "create-volume" }
func (ConnectContainer) Verb() string { return "connect" }
func (RecordStops) Verb() string      { return "record" }
func (ForgetStops) Verb() string      { return "forget" }
func (RemoveVolume) Verb() string     { return "remove-volume" }
func (RemoveImage) Verb() string      { return "remove-image" }
func (PruneImage) Verb() string       { return "prune-image" }
func (CreateContainer) Verb() string  { return "create" }
func (RenameContainer) Verb() string  { return "rename" }
func (StartContainer) Verb() string   { return "start" }
func (PauseContainer) Verb() string   { return "pause" }
func (UnpauseContainer) Verb() string { return "unpause" }
func (StopContainer) Verb() string    { return "stop" }
func (RestartContainer) Verb() string { return "restart" }
func (KillContainer) Verb() string    { return "kill" }
func (RemoveContainer) Verb() string  { return "remove" }
func (WaitContainer) Verb() string    { return "wait" }
func (RunHook) Verb() string          { return "hook" }
func (RunProvider) Verb() string      { return "provider" }
func (BringModel) Verb() string       { return "model" }

func (a PullImage) Resource() event.Ref        { return a.Ref }
func (a PushImage) Resource() event.Ref        { return a.Ref }
func (a BuildImage) Resource() event.Ref       { return a.Ref }
func (a CreateNetwork) Resource() event.Ref    { return a.Ref }
func (a CheckNetwork) Resource() event.Ref     { return a.Ref }
func (a RemoveNetwork) Resource() event.Ref    { return a.Ref }
func (a CreateVolume) Resource() event.Ref     { return a.Ref }
func (a ConnectContainer) Resource() event.Ref { return a.Ref }
func (a RecordStops) Resource() event.Ref      { return a.Ref }
func (a ForgetStops) Resource() event.Ref      { return a.Ref }
func (a RemoveVolume) Resource() event.Ref     { return a.Ref }
func (a RemoveImage) Resource() event.Ref      { return a.Ref }
func (a PruneImage) Resource() event.Ref       { return a.Ref }
func (a CreateContainer) Resource() event.Ref  { return a.Ref }
func (a RenameContainer) Resource() event.Ref  { return a.Ref }
func (a StartContainer) Resource() event.Ref   { return a.Ref }
func (a PauseContainer) Resource() event.Ref   { return a.Ref }
func (a UnpauseContainer) Resource() event.Ref { return a.Ref }
func (a StopContainer) Resource() event.Ref    { return a.Ref }
func (a RestartContainer) Resource() event.Ref { return a.Ref }
func (a KillContainer) Resource() event.Ref    { return a.Ref }
func (a RemoveContainer) Resource() event.Ref  { return a.Ref }
func (a WaitContainer) Resource() event.Ref    { return a.Ref }
func (a RunHook) Resource() event.Ref          { return a.Ref }
func (a RunProvider) Resource() event.Ref      { return a.Ref }
func (a BringModel) Resource() event.Ref       { return a.Ref }

// MarshalJSON puts the verb beside the action's fields.
func (s Step) MarshalJSON() ([]byte, error) {
	type plain Step // without this method
	return json.Marshal(struct {
		Verb string `json:"verb"`
		plain
	}{s.Action.Verb(), plain(s)})
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (s *Step) UnmarshalJSON(b []byte) error {
	type plain Step
	var head struct {
		Verb   string          `json:"verb"`
		Action json.RawMessage `json:"action"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return err
	}
	decode, ok := decoders[head.Verb]
	if !ok {
		return fmt.Errorf("unknown action %q in a plan", head.Verb)
	}
	action, err := decode(head.Action)
	if err != nil {
		return fmt.Errorf("action %q: %w", head.Verb, err)
	}
	fields := struct {
		Action json.RawMessage `json:"action"` // shadows the interface field
		*plain
	}{plain: (*plain)(s)}
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	s.Action = action
	return nil
}

// decoders read an action by its verb.
var decoders = map[string]func([]byte) (Action, error){}

func register[A Action]() {
	var zero A
	decoders[zero.Verb()] = func(b []byte) (Action, error) {
		var a A
		err := json.Unmarshal(b, &a)
		return a, err
	}
}

func init() {
	register[PullImage]()
	register[PushImage]()
	register[BuildImage]()
	register[CreateNetwork]()
	register[CheckNetwork]()
	register[RemoveNetwork]()
	register[CreateVolume]()
	register[ConnectContainer]()
	register[RecordStops]()
	register[ForgetStops]()
	register[RemoveVolume]()
	register[RemoveImage]()
	register[PruneImage]()
	register[CreateContainer]()
	register[RenameContainer]()
	register[StartContainer]()
	register[PauseContainer]()
	register[UnpauseContainer]()
	register[StopContainer]()
	register[RestartContainer]()
	register[KillContainer]()
	register[RemoveContainer]()
	register[WaitContainer]()
	register[RunHook]()
	register[RunProvider]()
	register[BringModel]()
}

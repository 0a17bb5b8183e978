package planner

import (
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// PullImage brings an image from its registry. Ref.Name is the reference.
type PullImage struct {
	Ref      event.Ref `json:"ref"`
	Platform string    `json:"platform,omitempty"`
	// Have is the Digest of the image that the engine has under this reference,
	// "" where it has none: the pull changed something if another one comes.
	Have string `json:"have,omitempty"`
	// Digest is what is pulled, "sha256:...", whatever the registry has under the
	// reference by then; the engine has it under the reference afterwards. "": what the
	// registry has.
	Digest string `json:"digest,omitempty"`
}

func (PullImage) Verb() string          { return "pull" }
func (a PullImage) Resource() event.Ref { return a.Ref }

func (PullImage) Words() plan.Words {
	return plan.Words{
		Working: "Pulling", Done: "Pulled", Aim: "to be pulled", Doing: "pulling",
		Becomes: "pull",
	}
}

func (PullImage) Interruption() plan.Interruption    { return plan.Breaks }
func (a PullImage) Produces() (have string, ok bool) { return a.Have, true }

func (a PullImage) Details() []string {
	var d []string
	if a.Platform != "" {
		d = append(d, "platform "+a.Platform)
	}
	if a.Digest != "" {
		d = append(d, "at "+a.Digest)
	}
	return d
}

// BuildImage builds a service's image. Ref.Name is the image's name,
// Ref.Service the service whose build section it is.
type BuildImage struct {
	Ref  event.Ref `json:"ref"`
	Have string    `json:"have,omitempty"` // as in PullImage
	// PullFirst: the service names an image too, which the engine does not have. It is
	// pulled, and built only if the registry has none.
	PullFirst bool `json:"pull_first,omitempty"`
	// Digest is what PullFirst pulls, as in PullImage.
	Digest string `json:"digest,omitempty"`
	// Like is the first of several services with the same build section; "": there is one.
	Like string `json:"like,omitempty"`
}

func (BuildImage) Verb() string          { return "build" }
func (a BuildImage) Resource() event.Ref { return a.Ref }

func (a BuildImage) Words() plan.Words {
	return plan.Words{Working: "Building", Done: "Built", Aim: "to be built", Becomes: "build", Like: a.Like}
}

func (BuildImage) Interruption() plan.Interruption    { return plan.Breaks }
func (a BuildImage) Produces() (have string, ok bool) { return a.Have, true }

func (a BuildImage) Details() []string {
	if a.Ref.Service == "" {
		return nil
	}
	return []string{"service " + a.Ref.Service}
}

// PushImage sends an image to its registry. Ref.Name is the reference.
type PushImage struct {
	Ref event.Ref `json:"ref"`
}

func (PushImage) Verb() string          { return "push" }
func (a PushImage) Resource() event.Ref { return a.Ref }

func (PushImage) Words() plan.Words {
	return plan.Words{Working: "Pushing", Done: "Pushed", Aim: "to be pushed", Doing: "pushing", Becomes: "push"}
}

func (PushImage) Interruption() plan.Interruption { return plan.Stops }

// RemoveImage removes an image's tag, and the image with its last tag.
type RemoveImage struct {
	Ref event.Ref `json:"ref"`
}

func (RemoveImage) Verb() string          { return "remove-image" }
func (a RemoveImage) Resource() event.Ref { return a.Ref }

func (RemoveImage) Words() plan.Words {
	return plan.Words{Working: "Removing", Done: "Removed", Aim: "to be removed", Doing: "removing", Becomes: "remove"}
}

// PruneImage is about an image that lost its name Ref.Name to another: nothing
// happens to it while something else names or uses it; else Remove removes it,
// and without that it is reported.
type PruneImage struct {
	Ref    event.Ref `json:"ref"`
	ID     string    `json:"id"`
	Remove bool      `json:"remove,omitempty"`
}

func (PruneImage) Verb() string          { return "prune-image" }
func (a PruneImage) Resource() event.Ref { return a.Ref }
func (PruneImage) Words() plan.Words     { return plan.Words{} }

func (a PruneImage) Details() []string {
	if a.Remove {
		return nil
	}
	return []string{"only reported"}
}

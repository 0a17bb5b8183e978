package planner

import (
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// RunProvider calls the program that provides the service Ref.Name.
type RunProvider struct {
	Ref event.Ref    `json:"ref"`
	Do  ProviderVerb `json:"do"`
	// Have is the fingerprint (project.FingerprintOf) of the variables that its
	// dependents' containers have of it, "" where they differ or there are none.
	Have string `json:"have,omitempty"`
}

func (RunProvider) Verb() string          { return "provider" }
func (a RunProvider) Resource() event.Ref { return a.Ref }

func (a RunProvider) Words() plan.Words {
	switch a.Do {
	case ProviderDown:
		return plan.Words{Working: "Removing", Done: "Removed", Becomes: "remove"}
	case ProviderStop:
		return plan.Words{Working: "Stopping", Done: "Stopped", Becomes: "stop"}
	}
	return plan.Words{Working: "Creating", Done: "Created", Becomes: "create"}
}

// Interruption: a provider that is asked for variables may be ended and asked
// again; one that stops or removes its service ends by itself.
func (a RunProvider) Interruption() plan.Interruption {
	if a.Do == ProviderUp {
		return plan.Breaks
	}
	return plan.Finishes
}

// Produces: variables come of an up alone.
func (a RunProvider) Produces() (have string, ok bool) { return a.Have, a.Do == ProviderUp }

func (a RunProvider) Details() []string { return []string{string(a.Do)} }

// BringModel makes sure that the model Ref.Name of the file is there, and
// configures it.
type BringModel struct {
	Ref  event.Ref `json:"ref"`
	Have string    `json:"have,omitempty"` // as in RunProvider
}

func (BringModel) Verb() string          { return "model" }
func (a BringModel) Resource() event.Ref { return a.Ref }

func (BringModel) Words() plan.Words {
	return plan.Words{Working: "Configuring", Done: "Configured", Becomes: "configure"}
}

func (BringModel) Interruption() plan.Interruption    { return plan.Breaks }
func (a BringModel) Produces() (have string, ok bool) { return a.Have, true }

// ProviderVerb is what a provider is called for.
type ProviderVerb string

// The verbs of providers.
const (
	ProviderUp   ProviderVerb = "up"
	ProviderDown ProviderVerb = "down"
	ProviderStop ProviderVerb = "stop"
)

package planner

import (
	"errors"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// Run plans the one-off of a project: what its service depends on, as Up does,
// then its own create, start and hooks, and its removal where that is the
// engine's to do when it has ended. No other step comes after its start. The errors are
// those of Up, and one where the project has no one-off.
func Run(p *project.Project, s State, o UpOptions) (*plan.Plan, error) {
	if p.OneOff == nil {
		return nil, errors.New("the project has no one-off to run")
	}
	whole, err := Up(p, s, o)
	if err != nil || !p.OneOff.AutoRemove {
		return whole, err
	}
	last := len(whole.Steps)
	whole.Steps = append(whole.Steps, plan.Step{
		ID:     last + 1,
		Action: RemoveContainer{Ref: oneOffRef(p)},
		Reason: plan.Reason{Code: BecauseRequested, Detail: "--rm, when it has ended"},
		After:  []int{last},
	})
	return whole, nil
}

// SplitRun takes the plan of a one-off apart: what can be applied like any other
// plan, and the steps from the one-off's start on, in order, which wait for the
// user to be connected with it.
func SplitRun(whole *plan.Plan, p *project.Project) (prepare *plan.Plan, live []plan.Step) {
	ref := oneOffRef(p)
	for i, step := range whole.Steps {
		if a, ok := step.Action.(StartContainer); ok && a.Ref == ref {
			before := *whole
			before.Steps = whole.Steps[:i:i]
			return &before, whole.Steps[i:]
		}
	}
	return whole, nil
}

func oneOffRef(p *project.Project) event.Ref {
	service := p.OneOff.Service
	return event.Ref{Kind: event.Container, Name: p.ContainerName(service, 0), Service: service}
}

// oneOff is the only replica of its service in this plan. The service's
// containers are left alone.
func (d *upDraft) oneOff() *replica {
	return &replica{ref: oneOffRef(d.p), decision: create, reason: plan.Reason{Code: BecauseRequested}}
}

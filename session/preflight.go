package session

import (
	"cmp"
	"context"
	"slices"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// look looks for what can be known to fail before anything of the plan is carried out,
// and keeps it in the plan: what the file asks of this machine and of the engine, and
// what others have there. That is all of it at once.
func (p *Planned) look(ctx context.Context) {
	if p.s.Project == nil {
		return
	}
	p.Findings = append(p.s.checkSources(p.Plan), p.s.checkEngine(p.Plan)...)
	if !p.partial && !p.s.NoPreflight {
		p.Findings = append(p.Findings, p.preflight(ctx)...)
	}
	// What stands against the plan comes last: nearest to where one reads.
	slices.SortStableFunc(p.Findings, func(a, b plan.Finding) int { return cmp.Compare(weight(a), weight(b)) })
}

func weight(f plan.Finding) int {
	return slices.Index([]plan.Level{plan.Noted, plan.Warned, plan.Refused}, f.Level)
}

// preflight looks for what others have. Where the engine does not tell, that is left out:
// its own answers to the plan's steps will.
func (p *Planned) preflight(ctx context.Context) []plan.Finding {
	flight := planner.NewPreflight(p.s.Project, p.Plan, p.State)
	what := flight.Look()
	if !what.Any() {
		return nil
	}
	var around planner.Surroundings
	if p.s.Reader != nil {
		var err error
		if around, err = observe.Surroundings(ctx, p.s.Reader, p.s.Engine, what); err != nil {
			p.s.Sink(event.Message{Level: event.Debug, Text: "not all was looked at before the first change: " + err.Error()})
		}
	}
	return flight.Findings(around)
}

// heed tells what was found. The error is that something would fail.
func (p *Planned) heed() error {
	for _, f := range p.Findings {
		switch f.Level {
		case plan.Warned:
			p.s.Sink(event.Message{Level: event.Warn, Text: f.Text, Hint: f.Hint})
		case plan.Noted:
			p.s.Sink(event.Message{Level: event.Info, Text: f.Text})
		}
	}
	return p.Refusals()
}

// ofService is a finding about a service's attribute; "": no single one.
func ofService(f plan.Finding, service, attribute string) plan.Finding {
	f.Service = service
	if attribute != "" {
		f.Attribute = "services." + service + "." + attribute
	}
	return f
}

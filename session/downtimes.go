package session

import (
	"context"
	"slices"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// downtimes measure for how long the containers of services are down in one command. The
// zero value has seen none.
type downtimes struct {
	down map[replica]time.Time    // since when
	took map[string]time.Duration // by service, the longest
}

// replica is a container and the one that takes its place.
type replica struct {
	service string
	number  int
}

// saw takes a step that ended well.
func (d *downtimes) saw(a plan.Action, began, ended time.Time) {
	ref := a.Resource()
	of := replica{ref.Service, ref.Number}
	switch a.(type) {
	case planner.StopContainer:
		if _, is := d.down[of]; !is {
			if d.down == nil {
				d.down = map[replica]time.Time{}
			}
			d.down[of] = began
		}
	case planner.StartContainer:
		if since, was := d.down[of]; was {
			delete(d.down, of)
			d.add(ref, ended.Sub(since))
		}
	case planner.RestartContainer:
		d.add(ref, ended.Sub(began))
	}
}

func (d *downtimes) add(of event.Ref, took time.Duration) {
	if d.took == nil {
		d.took = map[string]time.Duration{}
	}
	d.took[of.Service] = max(d.took[of.Service], took)
}

// milliseconds are the downtimes by service; nil: there was none.
func (d *downtimes) milliseconds() map[string]int64 {
	if len(d.took) == 0 {
		return nil
	}
	all := map[string]int64{}
	for service, took := range d.took {
		all[service] = took.Milliseconds()
	}
	return all
}

// WithDowntimes is a plan that says of the ports that it cuts off for how long that was
// the last time, as far as the history below dir tells. It asks for the engine's id where
// the plan cuts ports off.
func (s *Session) WithDowntimes(ctx context.Context, dir string, p *plan.Plan) *plan.Plan {
	if len(p.CutOff) == 0 || s.Reader == nil {
		return p
	}
	store, err := s.History(ctx, dir)
	if err != nil {
		s.unrecorded(err)
		return p
	}
	all, err := store.List()
	if err != nil {
		s.unrecorded(err)
	}
	told := *p
	told.CutOff = slices.Clone(p.CutOff)
	for i := range told.CutOff {
		for _, d := range slices.Backward(all) {
			if d.Err != nil || told.CutOff[i].Ended {
				continue
			}
			if took, ok := d.Down[told.CutOff[i].Service]; ok {
				told.CutOff[i].Last = &plan.Downtime{Deployment: d.Number, Milliseconds: took}
				break
			}
		}
	}
	return &told
}

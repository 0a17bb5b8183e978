package session

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/do"
	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// ExplainOptions steer Explain.
type ExplainOptions struct {
	// Services to explain; empty: all that the file turns on, and all that have
	// containers.
	Services []string
	// Tail is how many last lines of a container's log go into it.
	Tail int
	// History is the folder of all histories; "": none is read.
	History string
}

// Explain says of each service how it fares and why, in the order of the names; behind
// those asked for, of the services that they wait for in the end. It changes nothing. The
// error is the engine's, or names a service that there is not.
func (s *Session) Explain(ctx context.Context, o ExplainOptions) ([]*planner.Explanation, error) {
	skip := everything
	if s.Project == nil {
		skip = onlyRunning
	}
	state, err := s.observe(ctx, skip)
	if err != nil {
		return nil, err
	}
	if err := s.findHealth(ctx, state.Containers); err != nil {
		return nil, err
	}
	x := &explainer{Session: s, state: state, tail: o.Tail, refusals: map[string]planner.Unpullable{}, facts: map[string]planner.Facts{}}
	if o.History != "" {
		x.readHistory(ctx, o.History)
	}
	services := o.Services
	if len(services) == 0 {
		services = x.all()
	}
	var all []*planner.Explanation
	for i := 0; i < len(services); i++ {
		e, err := x.explain(ctx, services[i])
		if err != nil {
			return nil, err
		}
		for i := range e.Containers {
			logs := e.Containers[i].Logs
			e.Containers[i].Logs = logs[max(0, len(logs)-x.tail):]
		}
		if all = append(all, e); e.Root != "" && !slices.Contains(services, e.Root) {
			services = append(services[:len(services):len(services)], e.Root)
		}
	}
	return all, nil
}

// explainer explains services of one observation.
type explainer struct {
	*Session
	state   planner.State
	history []history.Listed // the newest last
	// refusals are by image, of those that registries were asked for.
	refusals map[string]planner.Unpullable
	tail     int

	mu    sync.Mutex // guards below
	facts map[string]planner.Facts
}

// all are the services that are on, or have containers.
func (x *explainer) all() []string {
	var names []string
	if x.Project != nil {
		names = x.Project.ServiceNames()
	}
	for _, c := range x.state.Containers {
		if !c.OneOff {
			names = append(names, c.Service)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (x *explainer) explain(ctx context.Context, service string) (*planner.Explanation, error) {
	q := planner.Question{Project: x.Project, Name: x.Name, Service: service, State: x.state, Facts: x.facts}
	if x.Project != nil && (x.Project.Known(service) || !x.has(service)) {
		if q.Plan, q.Refused = x.plan(service); errors.Is(q.Refused, project.ErrNoSuchService) {
			return nil, q.Refused // it suggests one that there is
		}
	}
	if err := x.examine(ctx, q.Involved()); err != nil {
		return nil, err
	}
	q.Changed = x.lastChange(service)
	if q.Project != nil && !x.up(service) {
		host, err := list.ExamineHost(ctx, x.Reader, x.Project, service, x.Engine)
		if err != nil {
			return nil, err
		}
		q.Host = &host
		q.Unpullable = x.unpullable(ctx, service, q.Plan)
	}
	return planner.Explain(q)
}

// unpullable asks why the image of a service, which a plan pulls for want of any, cannot be
// had.
func (x *explainer) unpullable(ctx context.Context, service string, p *plan.Plan) planner.Unpullable {
	if p == nil || x.Engine.Name == "podman" { // which has no way to ask
		return planner.Unpullable{}
	}
	for _, s := range p.Steps {
		pull, ok := s.Action.(planner.PullImage)
		ref := s.Action.Resource().Name
		if !ok || pull.Have != "" || ref != x.Project.ImageName(service) {
			continue
		}
		if _, known := x.refusals[ref]; !known {
			x.refusals[ref] = do.Unpullable(ctx, x.Reader, x.ConfigDir, ref)
		}
		return x.refusals[ref]
	}
	return planner.Unpullable{}
}

// has tells whether the service has containers.
func (x *explainer) has(service string) bool {
	return slices.ContainsFunc(x.state.Containers, func(c planner.Container) bool { return c.Service == service && !c.OneOff })
}

// plan is what `up SERVICE` would do.
func (x *explainer) plan(service string) (*plan.Plan, error) {
	selected, err := x.Project.Select(project.Selection{Services: []string{service}})
	if err != nil {
		return nil, err
	}
	return planner.Up(selected, x.state, planner.UpOptions{IgnoreOrphans: true})
}

// up tells whether all containers of the service run, there being one.
func (x *explainer) up(service string) bool {
	there := false
	for _, c := range x.state.Containers {
		if c.Service == service && !c.OneOff {
			if c.Status != planner.Running {
				return false
			}
			there = true
		}
	}
	return there
}

// parallelExams is how many containers are looked into at once.
const parallelExams = 8

// examine gathers the facts of the services' containers, once each.
func (x *explainer) examine(ctx context.Context, services []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelExams)
	for _, c := range x.state.Containers {
		x.mu.Lock()
		_, known := x.facts[c.ID]
		x.mu.Unlock()
		if known || c.OneOff || !slices.Contains(services, c.Service) {
			continue
		}
		g.Go(func() error {
			f, gone, err := list.Examine(ctx, x.Reader, c.ID, list.ExamineOptions{Tail: max(x.tail, 1)}) // one tells whether there are any
			if err != nil || gone {
				return err
			}
			x.mu.Lock()
			defer x.mu.Unlock()
			x.facts[c.ID] = f
			return nil
		})
	}
	return g.Wait()
}

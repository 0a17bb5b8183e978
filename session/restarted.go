package session

import (
	"context"
	"time"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// WithRestarted selects the services that are made anew, and what runs and is
// restarted with them: for planner.UpOptions.Restarted. The error says that the engine
// does not answer, or that there is no such service.
func (s *Session) WithRestarted(ctx context.Context, services []string) (p *project.Project, restarted []string, err error) {
	if restartsOthers(s.Project) {
		state, err := s.observe(ctx, onlyRunning)
		if err != nil {
			return nil, nil, err
		}
		restarted = planner.RestartedWith(s.Project, state, services)
	}
	p, err = s.Project.Select(project.Selection{Services: append(restarted, services...), NoDeps: true})
	if err != nil {
		return nil, nil, err
	}
	p.Targets = services
	return p, restarted, nil
}

// RebuildService builds a service's image and recreates its containers by it, when the
// turn has come. What would lose data is not done: nobody can be asked meanwhile.
// Timeout nil: each container's own. The error is that of the plan.
func (s *Session) RebuildService(ctx context.Context, service string, timeout *time.Duration) error {
	ctx, done, err := s.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	p, restarted, err := s.WithRestarted(ctx, []string{service})
	if err != nil {
		return err
	}
	return s.For(p).Later().bringUp(ctx, UpOptions{Answers: AnswerNo, UpOptions: planner.UpOptions{
		Build: planner.BuildAlways, Recreate: planner.RecreateForce, IgnoreOrphans: true, Timeout: timeout, Restarted: restarted,
	}})
}

// restartsOthers tells whether a dependency says restart: true: most do not, and
// nothing has to be looked at.
func restartsOthers(p *project.Project) bool {
	for _, s := range p.Services {
		for _, on := range s.DependsOn {
			if on.Restart {
				return true
			}
		}
	}
	return false
}

// RestartRunning restarts a service, and what runs and is restarted with it: what
// somebody stopped stays so. It waits for a plan that changes containers, not for one
// that builds. Timeout nil: each container's own. The error is that of the plan.
func (s *Session) RestartRunning(ctx context.Context, service string, timeout *time.Duration) error {
	s.shared.turn.running.RLock()
	defer s.shared.turn.running.RUnlock()
	return s.Later().carryOut(ctx, onlyRunning, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		services := append(planner.RestartedWith(p, state, []string{service}), service)
		return planner.Restart(p, state, planner.LifecycleOptions{Services: services, Timeout: timeout, NoDeps: true})
	})
}

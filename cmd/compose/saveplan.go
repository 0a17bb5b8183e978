package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/planfile"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// choosing are the variables of the environment that say which files and profiles are
// meant: a saved plan is asked for with the same.
var choosing = []string{
	"COMPOSE_FILE", "COMPOSE_PATH_SEPARATOR", "COMPOSE_PROFILES", "COMPOSE_PROJECT_NAME", "COMPOSE_ENV_FILES",
	"COMPOSE_DISABLE_ENV_FILE", "COMPOSE_COMPATIBILITY", "COMPOSE_CONVERT_WINDOWS_PATHS", "PWD",
}

// savePlan shows what an up would do, and writes it to a file for apply. The error is that
// of the plan, of a registry that does not tell a digest, or of the file; or carries the
// exit code.
func (a *app) savePlan(ctx context.Context, s *session.Session, up session.UpOptions, asked planfile.Asked) error {
	if once := s.Project.ReadOnce(); len(once) > 0 {
		return hint.New(fmt.Sprintf("the project is read from %s, which apply cannot read again", strings.Join(once, " and ")),
			"write it to a file, and plan with -f FILE")
	}
	key, err := a.keptKey()
	if err != nil {
		return err
	}
	ctx, done, err := s.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	s.WarnUnapplied()
	p, err := s.PlanUp(ctx, up)
	if err != nil {
		return err
	}
	asked.Options = p.Options
	saved, err := a.planToSave(ctx, s, p, key)
	if err != nil {
		return err
	}
	saved.Asked = asked
	shown := p.Apply(ctx, nil) // a dry run's
	if e, ok := shown.(*exitError); shown != nil && (!ok || e.code != exitChanges) {
		return shown
	}
	if err := planfile.Write(a.global.plan.output, saved, key); err != nil {
		return err
	}
	a.sink(event.Message{Level: event.Info, Text: "saved: compose apply " + a.global.plan.output + " carries it out"})
	return shown
}

// planToSave fixes what the plan pulls, and looks at what it depends on.
func (a *app) planToSave(ctx context.Context, s *session.Session, p *session.Planned, key project.ContentKey) (saved planfile.Saved, err error) {
	saved = planfile.Saved{
		ID: rand.Text(), Tool: version, Made: time.Now().UTC().Truncate(time.Second), By: history.By(a.userName(), a.hostName()),
		EngineHost: a.conn.Host(), Project: s.Name,
	}
	if saved.Engine, err = s.EngineID(ctx); err != nil {
		return saved, err
	}
	if s.Engine.Name == "podman" { // its API does not ask registries
		if len(planner.Pulled(p.Plan)) > 0 {
			a.warn("Podman does not say what registries have: apply pulls what they have then")
		}
	} else if saved.Digests, err = p.PinPulls(ctx, a.conn.Digests(a.getenv("DOCKER_CONFIG"))); err != nil {
		return saved, err
	}
	if saved.Inputs, err = s.Project.Inputs(key); err != nil {
		return saved, err
	}
	file, err := filepath.Abs(a.global.plan.output)
	if err != nil {
		return saved, err
	}
	if saved.Contexts, err = keyedContexts(ctx, s, planner.Builds(p.Plan), file, key); err != nil {
		return saved, err
	}
	saved.Plan, saved.Seen = p.Plan, planfile.Look(s.Project, p.Plan, p.State)
	return saved, nil
}

// keyedContexts are fingerprints of what the images of services are built from, less the
// plan's own file, which may be among it.
func keyedContexts(ctx context.Context, s *session.Session, services []string, file string, key project.ContentKey) (map[string]string, error) {
	hashes, err := s.ContextHashes(ctx, services, file)
	for service, hash := range hashes {
		hashes[service] = key.Hash(hash)
	}
	return hashes, err
}

// keptKey is the content key, which a saved plan needs again later.
func (a *app) keptKey() (project.ContentKey, error) {
	secret, err := a.contentSecret()
	if err != nil {
		return project.ContentKey{}, hint.Wrap(fmt.Errorf("a saved plan needs a key that is kept: %w", err), "set XDG_STATE_HOME to a folder of yours")
	}
	return project.NewContentKey(secret), nil
}

// asked is how a plan is asked for, less the planner's options.
func (a *app) asked(selection project.Selection, scale []string) planfile.Asked {
	g := a.global
	q := planfile.Asked{
		Dir: a.dir, Files: g.files, EnvFiles: g.envFiles, Profiles: g.profiles, Name: g.name, ProjectDir: g.dir,
		AllResources: g.allResources, Compatibility: g.compatibility, AllowRemote: g.allowRemote,
		Services: selection.Services, NoDeps: selection.NoDeps, Scale: scale,
	}
	for _, name := range choosing {
		if value, ok := a.lookupEnv(name); ok {
			q.Environ = append(q.Environ, name+"="+value)
		}
	}
	return q
}

// askAgain has the program called as a plan was asked for.
func (a *app) askAgain(q planfile.Asked) {
	g := &a.global
	a.dir, g.files, g.envFiles, g.profiles, g.name, g.dir = q.Dir, q.Files, q.EnvFiles, q.Profiles, q.Name, q.ProjectDir
	g.allResources, g.compatibility, g.allowRemote = q.AllResources, q.Compatibility, g.allowRemote || q.AllowRemote
	environ := slices.DeleteFunc(slices.Clone(a.environ), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.Contains(choosing, name)
	})
	a.environ = append(environ, q.Environ...)
}

package planner_test

import (
	"context"
	"flag"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// commandLine is the file args of a case.
type commandLine struct {
	command  string
	services []string
	scale    map[string]int // of scale SERVICE=NUM
	grace    *time.Duration // -t; nil: not given
	profiles []string

	force, never, always, noDeps     bool
	build, noBuild, noStart, wait    bool
	orphans, ignore, fresh, volumes  bool
	yes, ignoreFailures, ignoreBuilt bool
	remove, servicePorts, stop       bool
	prune, push, noFile              bool
	pull, policy, rmi, signal        string
}

func readCommandLine(text string) commandLine {
	args := strings.Fields(text)
	l := commandLine{command: args[0], scale: map[string]int{}}
	fs := flag.NewFlagSet(args[0], flag.PanicOnError)
	for name, to := range map[string]*bool{
		"force-recreate": &l.force, "no-recreate": &l.never, "always-recreate-deps": &l.always, "no-deps": &l.noDeps,
		"build": &l.build, "no-build": &l.noBuild, "no-start": &l.noStart, "wait": &l.wait,
		"remove-orphans": &l.orphans, "ignore-orphans": &l.ignore, "V": &l.fresh, "volumes": &l.volumes,
		"yes": &l.yes, "ignore-pull-failures": &l.ignoreFailures, "ignore-buildable": &l.ignoreBuilt,
		"rm": &l.remove, "service-ports": &l.servicePorts, "stop": &l.stop,
		"prune": &l.prune, "push": &l.push, "no-file": &l.noFile,
	} {
		fs.BoolVar(to, name, false, "")
	}
	for name, to := range map[string]*string{"pull": &l.pull, "policy": &l.policy, "rmi": &l.rmi, "s": &l.signal} {
		fs.StringVar(to, name, "", "")
	}
	fs.Func("profile", "", func(s string) error { l.profiles = strings.Split(s, ","); return nil })
	fs.Func("t", "", func(s string) error {
		d, err := time.ParseDuration(s + "s")
		l.grace = &d
		return err
	})
	_ = fs.Parse(args[1:]) // panics
	l.services = fs.Args()
	if l.command == "scale" {
		for i, s := range l.services {
			name, n, _ := strings.Cut(s, "=")
			l.scale[name], _ = strconv.Atoi(n)
			l.services[i] = name
		}
	}
	return l
}

// up is what the flags mean for planner.Up and its kin.
func (l commandLine) up() planner.UpOptions {
	o := planner.UpOptions{
		NoStart: l.noStart, Wait: l.wait, RemoveOrphans: l.orphans, IgnoreOrphans: l.ignore, FreshVolumes: l.fresh,
		Pull: l.pull, Timeout: l.grace, PruneImages: l.prune,
	}
	switch {
	case l.force:
		o.Recreate = planner.RecreateForce
	case l.never:
		o.Recreate, o.RecreateDeps = planner.RecreateNever, planner.RecreateNever
	}
	if l.always {
		o.RecreateDeps = planner.RecreateForce
	}
	switch {
	case l.build:
		o.Build = planner.BuildAlways
	case l.noBuild:
		o.Build = planner.BuildNever
	}
	return o
}

// contentKey has the id that the states' labels begin with.
func contentKey() project.ContentKey { return project.NewContentKey([]byte("a key of tests")) }

// planCase loads the project and the state and calls the planner.
func planCase(t *testing.T, dir string, content map[string]string) (*plan.Plan, error) {
	t.Helper()
	l := readCommandLine(content["args"])
	p, err := project.Load(context.Background(), project.Options{
		Name: "demo", Dir: dir, WorkDir: dir, ContentKey: contentKey, Profiles: l.profiles, Files: []string{filepath.Join(dir, "compose.yaml")},
		NoConsistency: len(l.services) > 0 || l.command != "up", // a selection has its own
	}, event.Discard)
	if err != nil {
		return nil, err
	}
	s := readState(t, p, content["state.yaml"])
	switch l.command {
	case "run", "up", "scale", "pull", "push", "build":
		if p, err = p.Select(project.Selection{Services: l.services, NoDeps: l.noDeps}); err != nil {
			return nil, err
		}
	}
	if l.noFile {
		p = nil
	}
	first, err := l.plan(t, p, s)
	if err == nil && p != nil && l.command == "up" {
		around := readAround(t, &s, content["around.yaml"])
		first.Findings = planner.NewPreflight(p, first, s).Findings(around)
	}
	if err != nil || p == nil || len(planner.Builds(first)) == 0 {
		return first, err
	}
	if p, err = p.WithUses(build.Uses(p, planner.Builds(first), build.Options{})); err != nil { // as session does
		return nil, err
	}
	return l.plan(t, p, s)
}

// plan calls the planner for the command.
func (l commandLine) plan(t *testing.T, p *project.Project, s planner.State) (*plan.Plan, error) {
	t.Helper()
	lifecycle := planner.LifecycleOptions{Services: l.services, Timeout: l.grace, NoDeps: l.noDeps, Wait: l.wait}
	switch l.command {
	case "up":
		return l.planUp(p, s)
	case "rebuild": // as watch does
		o := l.up()
		o.Restarted = planner.RestartedWith(p, s, l.services)
		p, err := p.Select(project.Selection{Services: append(o.Restarted, l.services...), NoDeps: true})
		if err != nil {
			return nil, err
		}
		p.Targets = l.services
		return planner.Up(p, s, o)
	case "run":
		p, err := p.WithOneOff(t.Context(), project.OneOff{Service: l.services[0], Slug: "0123456789abcdef", ServicePorts: l.servicePorts, AutoRemove: l.remove})
		if err != nil {
			return nil, err
		}
		return planner.Run(p, s, l.up())
	case "scale":
		return planner.Scale(p, s, l.scale, l.up())
	case "pull":
		return planner.Pull(p, s, planner.PullOptions{Policy: l.policy, IgnoreFailures: l.ignoreFailures, IgnoreBuildable: l.ignoreBuilt, Prune: l.prune})
	case "push":
		return planner.Push(p, planner.PushOptions{IgnoreFailures: l.ignoreFailures}), nil
	case "build":
		return planner.Build(p, s, planner.BuildOptions{Services: l.services, Prune: l.prune, Push: l.push})
	case "down":
		return planner.Down(p, s, "demo", planner.DownOptions{Services: l.services, RemoveOrphans: l.orphans, Volumes: l.volumes, Images: l.rmi, Timeout: l.grace})
	case "stop":
		return planner.Stop(p, s, lifecycle)
	case "start":
		return planner.Start(p, s, lifecycle)
	case "restart":
		return planner.Restart(p, s, lifecycle)
	case "kill":
		return planner.Kill(p, s, planner.KillOptions{Services: l.services, Signal: l.signal, RemoveOrphans: l.orphans})
	case "pause":
		return planner.Pause(p, s, l.services)
	case "unpause":
		return planner.Unpause(p, s, l.services)
	case "rm":
		return planner.Rm(p, s, planner.RmOptions{Services: l.services, Stop: l.stop, Force: l.force, Volumes: l.volumes})
	}
	t.Fatalf("unknown command %q", l.command)
	return nil, nil
}

// planUp answers the questions of the plan with yes where the flag says so.
func (l commandLine) planUp(p *project.Project, s planner.State) (*plan.Plan, error) {
	o := l.up()
	first, err := planner.Up(p, s, o)
	if err != nil || !l.yes || len(first.Asks) == 0 {
		return first, err
	}
	for _, ask := range first.Asks {
		o.Discard = append(o.Discard, ask.Ref.Name)
	}
	return planner.Up(p, s, o)
}

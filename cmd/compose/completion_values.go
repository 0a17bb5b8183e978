package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

func nothing(context.Context, *app, request) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

func files(context.Context, *app, request) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func folders(context.Context, *app, request) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func composeFiles(context.Context, *app, request) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

// oneOf offers fixed values; those that end in "=" want more behind it.
func oneOf(values ...string) completer {
	directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	if strings.HasSuffix(values[0], "=") {
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return func(context.Context, *app, request) ([]string, cobra.ShellCompDirective) {
		return values, directive
	}
}

// then offers what the first completer knows for the first argument, and what
// the second one knows for those behind it.
func then(first, rest completer) completer {
	return func(ctx context.Context, a *app, r request) ([]string, cobra.ShellCompDirective) {
		if len(r.args) == 0 {
			return first(ctx, a, r)
		}
		return rest(ctx, a, r)
	}
}

// eachOnce leaves out what is written already.
func eachOnce(complete completer) completer {
	return func(ctx context.Context, a *app, r request) ([]string, cobra.ShellCompDirective) {
		values, directive := complete(ctx, a, r)
		return slices.DeleteFunc(values, func(v string) bool {
			name, _, _ := strings.Cut(v, "\t")
			return slices.ContainsFunc(r.args, func(arg string) bool {
				return arg == name || strings.HasSuffix(name, "=") && strings.HasPrefix(arg, name)
			})
		}), directive
	}
}

// endingIn offers names that a sign and more follow; files too where the sign
// is a path's.
func endingIn(sign string, complete completer) completer {
	return func(ctx context.Context, a *app, r request) ([]string, cobra.ShellCompDirective) {
		values, directive := complete(ctx, a, r)
		for i, v := range values {
			name, description, found := strings.Cut(v, "\t")
			if values[i] = name + sign; found {
				values[i] += "\t" + description
			}
		}
		if sign == ":" {
			directive &^= cobra.ShellCompDirectiveNoFileComp
		}
		return values, directive | cobra.ShellCompDirectiveNoSpace
	}
}

// services offers those of the file, and those that the engine has containers
// of, each with how it fares. Commands that need a container which is up, or
// paused, are offered such services alone, where the engine answers in time.
func services(ctx context.Context, a *app, r request) ([]string, cobra.ShellCompDirective) {
	id, err := project.Identify(ctx, a.projectOptions(nil))
	if err != nil || id.Guessed {
		return nothing(ctx, a, r)
	}
	listed, err := a.listed(ctx, id.Name)
	if err != nil {
		return id.Services, cobra.ShellCompDirectiveNoFileComp
	}
	wanted, filtered := neededStates[r.cmd.Name()]
	states := map[string]map[string]int{}
	for _, name := range id.Services {
		states[name] = map[string]int{}
	}
	for _, c := range listed {
		if states[c.Service] == nil {
			states[c.Service] = map[string]int{}
		}
		states[c.Service][c.State]++
	}
	var names []string
	for name, counts := range states {
		if !filtered || slices.ContainsFunc(wanted, func(s planner.Status) bool { return counts[string(s)] > 0 }) {
			names = append(names, cobra.CompletionWithDesc(name, countedStates(counts)))
		}
	}
	slices.Sort(names)
	return names, cobra.ShellCompDirectiveNoFileComp
}

// neededStates are the states that a container must be in for a command to do
// anything with it.
var neededStates = map[string][]planner.Status{
	"attach":  {planner.Running},
	"exec":    {planner.Running},
	"pause":   {planner.Running},
	"port":    {planner.Running, planner.Paused},
	"top":     {planner.Running},
	"unpause": {planner.Paused},
}

// countedStates is "running", "2 running, 1 exited" or "no containers".
func countedStates(counts map[string]int) string {
	if len(counts) == 0 {
		return "no containers"
	}
	var parts []string
	for state, n := range counts {
		parts = append(parts, strconv.Itoa(n)+" "+state)
	}
	slices.Sort(parts)
	return strings.TrimPrefix(strings.Join(parts, ", "), "1 ")
}

// listed are the project's containers.
func (a *app) listed(ctx context.Context, name string) ([]session.Listed, error) {
	conn, err := a.dial(ctx)
	if err != nil {
		return nil, err
	}
	return conn.New(session.Config{Name: name}).List(ctx)
}

// ofService are the containers of the service that the command line names.
func ofService(ctx context.Context, a *app, r request) []session.Listed {
	id, err := project.Identify(ctx, a.projectOptions(nil))
	if err != nil || id.Guessed || len(r.args) == 0 {
		return nil
	}
	listed, err := a.listed(ctx, id.Name)
	if err != nil {
		return nil
	}
	service, _, _ := strings.Cut(r.args[0], ":") // cp's
	return slices.DeleteFunc(listed, func(c session.Listed) bool { return c.Service != service || c.OneOff })
}

// replicaNumbers are those of the service that is written already, behind or
// before the flag.
func replicaNumbers(ctx context.Context, a *app, r request) ([]string, cobra.ShellCompDirective) {
	var numbers []string
	for _, c := range ofService(ctx, a, r) {
		numbers = append(numbers, cobra.CompletionWithDesc(strconv.Itoa(c.Number), c.Name+" "+c.State))
	}
	return numbers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// ports are those of the service's containers, inside.
func ports(ctx context.Context, a *app, r request) ([]string, cobra.ShellCompDirective) {
	var inside []string
	for _, c := range ofService(ctx, a, r) {
		for _, p := range c.Publishers {
			inside = append(inside, cobra.CompletionWithDesc(strconv.Itoa(p.TargetPort), p.Protocol))
		}
	}
	slices.Sort(inside)
	return slices.Compact(inside), cobra.ShellCompDirectiveNoFileComp
}

// projects are the engine's, those too of which nothing runs.
func projects(ctx context.Context, a *app, r request) ([]string, cobra.ShellCompDirective) {
	conn, err := a.dial(ctx)
	if err != nil {
		return nothing(ctx, a, r)
	}
	found, err := conn.Projects(ctx, session.ProjectsOptions{All: true})
	if err != nil {
		return nothing(ctx, a, r)
	}
	var names []string
	for _, p := range found {
		names = append(names, cobra.CompletionWithDesc(p.Name, p.Status))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// deploymentsKept are those of the project's history, the newest first, with their commands.
func deploymentsKept(ctx context.Context, a *app, r request) ([]string, cobra.ShellCompDirective) {
	_, store, err := a.history(ctx)
	if err != nil {
		return nothing(ctx, a, r)
	}
	all, _ := store.List() // what cannot be read is not offered
	var names []string
	for _, l := range slices.Backward(all) {
		if l.Err == nil {
			names = append(names, cobra.CompletionWithDesc(fmt.Sprintf("@%d", l.Number), render.Command(l.Command)))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// profiles are those that the file's services are in.
func profiles(ctx context.Context, a *app, r request) ([]string, cobra.ShellCompDirective) {
	o := a.projectOptions(nil)
	o.Offline = true
	o.Profiles = []string{"*"}
	o.Need = project.NeedRunning
	p, err := project.Load(ctx, o, nil)
	if err != nil {
		return nothing(ctx, a, r)
	}
	return profileNames(p), cobra.ShellCompDirectiveNoFileComp
}

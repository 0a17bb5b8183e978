package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// psFlags are those of ps.
type psFlags struct {
	all, noTrunc, orphans, quiet, services bool
	filter, format                         string
	status                                 []string
}

func (a *app) psCommand() *cobra.Command {
	var f psFlags
	cmd := a.command("ps [OPTIONS] [SERVICE...]", "List containers", func(cmd *cobra.Command, args []string) error {
		return a.ps(cmd, f, args)
	})
	fs := cmd.Flags()
	fs.BoolVarP(&f.all, "all", "a", false, "Show all stopped containers (including those created by the run command)")
	fs.StringVar(&f.filter, "filter", "", "Filter services by a property (supported filters: status)")
	fs.StringVar(&f.format, "format", "table", `Format output: "table", "json", a Go template, or "table TEMPLATE"`)
	fs.BoolVar(&f.noTrunc, "no-trunc", false, "Don't truncate output")
	fs.BoolVar(&f.orphans, "orphans", true, "Include orphaned services (not declared by project)")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "Only display IDs")
	fs.BoolVar(&f.services, "services", false, "Display services")
	fs.StringArrayVar(&f.status, "status", nil, "Filter services by status. Values: [paused | restarting | removing | running | dead | created | exited]")
	return cmd
}

func (a *app) ps(cmd *cobra.Command, f psFlags, services []string) error {
	wanted, err := f.statuses()
	if err != nil {
		return err
	}
	s, err := a.openListed(cmd.Context(), services)
	if err != nil {
		return err
	}
	defer s.Close()
	listed, err := engine.List(cmd.Context(), s.Reader, s.Name)
	if err != nil {
		return err
	}
	listed = slices.DeleteFunc(listed, func(c engine.Listed) bool {
		return !f.shows(c, wanted) || len(services) > 0 && !slices.Contains(services, c.Service) ||
			!f.orphans && !a.known[c.Service]
	})
	return a.printContainers(listed, f)
}

// statuses are those of --status and --filter status=X.
func (f *psFlags) statuses() ([]string, error) {
	wanted := slices.Clone(f.status)
	if f.filter != "" {
		key, value, ok := strings.Cut(f.filter, "=")
		if !ok || key != "status" {
			return nil, &usageError{text: fmt.Sprintf("unknown filter %q", f.filter), hint: "the filter is status=STATE"}
		}
		wanted = append(wanted, value)
	}
	known := []string{"paused", "restarting", "removing", "running", "dead", "created", "exited"}
	for _, status := range wanted {
		if !slices.Contains(known, status) {
			return nil, &usageError{text: fmt.Sprintf("unknown status %q", status), hint: "the states are " + strings.Join(known, ", ")}
		}
	}
	return wanted, nil
}

// shows tells whether the flags leave a container in: without any of them those
// that are up.
func (f *psFlags) shows(c engine.Listed, wanted []string) bool {
	if len(wanted) > 0 {
		return slices.Contains(wanted, c.State)
	}
	if f.all {
		return true
	}
	return c.State != string(planner.Exited) && c.State != string(planner.Created) && c.State != string(planner.Dead)
}

func (a *app) printContainers(listed []engine.Listed, f psFlags) error {
	if f.quiet {
		for _, c := range listed {
			fmt.Fprintln(a.stdout, c.ID)
		}
		return nil
	}
	if f.services {
		var names []string
		for _, c := range listed {
			names = append(names, c.Service)
		}
		slices.Sort(names)
		_, err := a.stdout.Write(lines(slices.Compact(names)))
		return err
	}
	cut := func(text string, n int) string {
		if runes := []rune(text); !f.noTrunc && len(runes) > n {
			return string(runes[:n-1]) + "…"
		}
		return text
	}
	for i := range listed {
		command := strings.Trim(listed[i].Command, `"`)
		listed[i].Command = `"` + cut(command, 20) + `"`
		if !f.noTrunc {
			listed[i].ID = listed[i].ID[:min(12, len(listed[i].ID))]
		}
	}
	return render.Listing[engine.Listed]{Items: listed, Lines: true, Columns: psColumns}.Write(a.stdout, f.format)
}

// psColumns are docker-compose's.
var psColumns = []render.Column[engine.Listed]{
	{Field: "Name", Text: func(c engine.Listed) string { return c.Name }},
	{Field: "Image", Text: func(c engine.Listed) string { return c.Image }},
	{Field: "Command", Text: func(c engine.Listed) string { return c.Command }},
	{Field: "Service", Text: func(c engine.Listed) string { return c.Service }},
	{Field: "RunningFor", Header: "Created", Text: func(c engine.Listed) string { return c.RunningFor }},
	{Field: "Status", Text: func(c engine.Listed) string { return c.Status }},
	{Field: "Ports", Text: func(c engine.Listed) string { return c.Ports }},
}

// openListed opens a session for commands that only look: it needs no more of
// the file than the project's name and its services, which it checks.
func (a *app) openListed(ctx context.Context, services []string) (*session.Session, error) {
	type identified struct {
		id  project.Identity
		err error
	}
	found := make(chan identified, 1)
	go func() {
		id, err := project.Identify(ctx, a.projectOptions(nil))
		found <- identified{id, err}
	}()
	_, dialErr := a.dial(ctx)
	f := <-found
	if err := cmp.Or(f.err, dialErr); err != nil {
		return nil, err
	}
	a.known = map[string]bool{}
	for _, name := range f.id.Services {
		a.known[name] = true
	}
	for _, name := range services {
		if len(f.id.Files) > 0 && !a.known[name] {
			return nil, &usageError{text: "no such service: " + name, hint: "the services are " + strings.Join(f.id.Services, ", ")}
		}
	}
	return a.session(nil, f.id.Name), nil
}

func (a *app) lsCommand() *cobra.Command {
	var all, quiet bool
	var format string
	var filters []string
	cmd := a.command("ls [OPTIONS]", "List running compose projects", func(cmd *cobra.Command, _ []string) error {
		conn, err := a.dial(cmd.Context())
		if err != nil {
			return err
		}
		projects, err := engine.Projects(cmd.Context(), conn.Client, engine.ProjectsOptions{All: all})
		if err != nil {
			return err
		}
		if projects, err = filterProjects(projects, filters); err != nil {
			return err
		}
		if quiet {
			for _, p := range projects {
				fmt.Fprintln(a.stdout, p.Name)
			}
			return nil
		}
		return render.Listing[engine.ListedProject]{Items: projects, Columns: lsColumns}.Write(a.stdout, format)
	})
	cmd.Args = cobra.NoArgs
	fs := cmd.Flags()
	fs.BoolVarP(&all, "all", "a", false, "Show all stopped Compose projects")
	fs.StringArrayVar(&filters, "filter", nil, "Filter output based on conditions provided (name=NAME)")
	fs.StringVar(&format, "format", "table", `Format the output ("table"|"json")`)
	fs.BoolVarP(&quiet, "quiet", "q", false, "Only display project names")
	return cmd
}

var lsColumns = []render.Column[engine.ListedProject]{
	{Field: "Name", Text: func(p engine.ListedProject) string { return p.Name }},
	{Field: "Status", Text: func(p engine.ListedProject) string { return p.Status }},
	{Field: "ConfigFiles", Header: "Config files", Text: func(p engine.ListedProject) string { return p.ConfigFiles }},
}

// filterProjects keeps the projects whose name holds one of the filters' names.
func filterProjects(projects []engine.ListedProject, filters []string) ([]engine.ListedProject, error) {
	var names []string
	for _, filter := range filters {
		key, value, ok := strings.Cut(filter, "=")
		if !ok || key != "name" {
			return nil, &usageError{text: fmt.Sprintf("unknown filter %q", filter), hint: "the filter is name=NAME"}
		}
		names = append(names, value)
	}
	if len(names) == 0 {
		return projects, nil
	}
	return slices.DeleteFunc(projects, func(p engine.ListedProject) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(p.Name, name) })
	}), nil
}

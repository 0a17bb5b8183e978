package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/session"
)

// psFlags are those of ps. details and stats are this program's own.
type psFlags struct {
	all, noTrunc, orphans, quiet, services, details, stats bool

	filter, format string
	configured     bool // the format is docker's config.json's
	status         []string
}

func (a *app) psCommand() *cobra.Command {
	var f psFlags
	cmd := a.command("ps [OPTIONS] [SERVICE...]", "List containers", func(cmd *cobra.Command, args []string) error {
		return a.ps(cmd, f, args)
	})
	fs := cmd.Flags()
	fs.BoolVarP(&f.all, "all", "a", false, "Show all stopped containers (including those created by the run command)")
	fs.BoolVar(&f.details, "details", false, "Show restarts and the age of the health, at the price of a call for each container")
	fs.StringVar(&f.filter, "filter", "", "Filter services by a property (supported filters: status)")
	fs.StringVar(&f.format, "format", "", `Format output: "table", "json", a Go template, or "table TEMPLATE" (default: a table, on a terminal one for people)`)
	fs.BoolVar(&f.noTrunc, "no-trunc", false, "Don't truncate output")
	fs.BoolVar(&f.orphans, "orphans", true, "Include orphaned services (not declared by project)")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "Only display IDs")
	fs.BoolVar(&f.services, "services", false, "Display services")
	fs.BoolVar(&f.stats, "stats", false, "Measure and show CPU and memory; implies --details")
	fs.StringArrayVar(&f.status, "status", nil, "Filter services by status. Values: [paused | restarting | removing | running | dead | created | exited]")
	return cmd
}

func (a *app) ps(cmd *cobra.Command, f psFlags, services []string) error {
	wanted, err := f.statuses()
	if err != nil {
		return err
	}
	noSuchStates(wanted, a.sink)
	formats, err := session.ConfiguredFormats(a.getenv("DOCKER_CONFIG"))
	if err != nil {
		return err
	}
	f.configured = f.format == "" && formats.Ps != ""
	f.format = cmp.Or(f.format, formats.Ps)
	if f.format == "raw" {
		f.format = psRaw
	}
	id, err := a.identifyWith(cmd.Context(), services)
	if err != nil {
		return err
	}
	s := a.session(nil, id.Name)
	defer s.Close()
	listed, err := s.List(cmd.Context())
	if err != nil {
		return err
	}
	stopped := 0
	listed = slices.DeleteFunc(listed, func(c session.Listed) bool {
		orphan := len(id.Services) > 0 && !slices.Contains(id.Services, c.Service) // without a file nobody knows
		if len(services) > 0 && !slices.Contains(services, c.Service) || orphan && !f.orphans {
			return true
		}
		if f.shows(c, wanted) {
			return false
		}
		if !c.OneOff {
			stopped++
		}
		return true
	})
	if err := a.measure(cmd.Context(), s, f, listed); err != nil {
		return err
	}
	if err := a.printContainers(listed, f, s); err != nil {
		return err
	}
	if f.forPeople(a) && len(wanted) == 0 {
		a.hiddenStopped(stopped)
	}
	return nil
}

// measure asks the engine for what its list does not tell of containers.
func (a *app) measure(ctx context.Context, s *session.Session, f psFlags, listed []session.Listed) error {
	if f.details || f.stats {
		if err := s.Detail(ctx, listed); err != nil {
			return err
		}
	}
	if f.stats {
		if err := s.Usage(ctx, listed); err != nil {
			return err
		}
	}
	if f.forPeople(a) {
		return a.detailRestarts(ctx, s, listed)
	}
	return nil
}

// forPeople tells whether the table is the one for a terminal.
func (f *psFlags) forPeople(a *app) bool {
	return f.format == "" && !f.quiet && !f.services && render.IsTerminal(a.stdout)
}

// psRaw is docker's format "raw": a line for each of these, and one that is empty.
// What has no value has no space either.
var psRaw = func() string {
	var lines strings.Builder
	for _, of := range [][2]string{
		{"container_id", "ID"}, {"image", "Image"}, {"command", "Command"}, {"created_at", "CreatedAt"}, {"state", "State"},
		{"status", "Status"}, {"names", "Names"}, {"labels", "Labels"}, {"ports", "Ports"},
	} {
		fmt.Fprintf(&lines, "%s:{{with .%s}} {{.}}{{end}}\\n", of[0], of[1])
	}
	return lines.String()
}()

// statuses are those of --status and --filter status=X.
func (f *psFlags) statuses() ([]string, error) {
	wanted := slices.Clone(f.status)
	if f.filter != "" {
		key, value, ok := strings.Cut(f.filter, "=")
		if !ok || key != "status" {
			return nil, hint.New(fmt.Sprintf("unknown filter %q", f.filter), "the filter is status=STATE")
		}
		wanted = append(wanted, value)
	}
	return wanted, nil
}

// noSuchStates warns of states that no container can have. Docker Compose lists
// nothing for them, and does not fail.
func noSuchStates(wanted []string, sink event.Sink) {
	known := []string{"paused", "restarting", "removing", "running", "dead", "created", "exited"}
	for _, status := range wanted {
		if !slices.Contains(known, status) {
			sink(event.Message{
				Level: event.Warn, Text: fmt.Sprintf("unknown status %q", status), Hint: "the states are " + strings.Join(known, ", "),
			})
		}
	}
}

// shows tells whether the flags leave a container in: without any of them those
// that are up, without those of run; a state shows everybody who is in it.
func (f *psFlags) shows(c session.Listed, wanted []string) bool {
	switch {
	case len(wanted) > 0:
		return slices.Contains(wanted, c.State)
	case f.all:
		return true
	case c.OneOff:
		return false
	}
	return c.State != string(planner.Exited) && c.State != string(planner.Created) && c.State != string(planner.Dead)
}

func (a *app) printContainers(listed []session.Listed, f psFlags, s *session.Session) error {
	switch {
	case f.quiet:
		var ids []string
		for _, c := range listed {
			ids = append(ids, c.ID)
		}
		return a.names(ids)
	case f.services:
		var names []string
		for _, c := range listed {
			names = append(names, c.Service)
		}
		slices.Sort(names)
		return a.names(slices.Compact(names))
	case f.forPeople(a):
		return a.showContainers(listed, f, s)
	}
	if !f.noTrunc {
		for i := range listed {
			listed[i] = listed[i].Short()
		}
	}
	err := render.Listing[session.Listed]{
		Items: listed, Columns: f.columns(), Lines: true, Headers: map[string]string{"ID": "CONTAINER ID"},
	}.Write(a.stdout, f.format)
	if err != nil && f.configured {
		return hint.Wrap(err, "the format is psFormat of docker's config.json; --format takes its place")
	}
	return err
}

// columns are docker-compose's, and those that were asked for.
func (f *psFlags) columns() []render.Column[session.Listed] {
	columns := []render.Column[session.Listed]{
		{Field: "Name", Text: func(c session.Listed) string { return c.Name }},
		{Field: "Image", Text: func(c session.Listed) string { return c.Image }},
		{Field: "Command", Text: func(c session.Listed) string { return c.Command }},
		{Field: "Service", Text: func(c session.Listed) string { return c.Service }},
		{Field: "RunningFor", Header: "Created", Text: func(c session.Listed) string { return c.RunningFor }},
		{Field: "Status", Text: session.Listed.StatusDetail},
		{Field: "Ports", Text: func(c session.Listed) string { return c.Ports }},
	}
	return append(columns, f.extraColumns()...)
}

// extraColumns are those of --details and --stats.
func (f *psFlags) extraColumns() []render.Column[session.Listed] {
	var columns []render.Column[session.Listed]
	if f.details || f.stats {
		columns = append(columns, render.Column[session.Listed]{Field: "Restarts", Text: restarts})
	}
	if f.stats {
		columns = append(columns,
			render.Column[session.Listed]{Field: "CPUPerc", Header: "CPU %", Text: func(c session.Listed) string { return c.CPUPerc }},
			render.Column[session.Listed]{Field: "MemUsage", Header: "Mem usage / limit", Text: func(c session.Listed) string { return c.MemUsage }})
	}
	return columns
}

func restarts(c session.Listed) string {
	if c.Restarts == nil {
		return ""
	}
	return strconv.Itoa(*c.Restarts)
}

package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) lsCommand() *cobra.Command {
	var all, quiet bool
	var format string
	var filters []string
	cmd := a.command("ls [OPTIONS]", "List running compose projects", func(cmd *cobra.Command, _ []string) error {
		names, err := nameFilters(filters)
		if err != nil {
			return err
		}
		if err := checkFormat(format); err != nil {
			return err
		}
		conn, err := a.dial(cmd.Context())
		if err != nil {
			return err
		}
		projects, err := conn.Projects(cmd.Context(), session.ProjectsOptions{All: all})
		if err != nil {
			return err
		}
		projects = slices.DeleteFunc(projects, func(p session.ListedProject) bool { return !names.match(p.Name) })
		if quiet {
			var names []string
			for _, p := range projects {
				names = append(names, p.Name)
			}
			return a.names(names)
		}
		if a.forPeople(cmd) {
			return a.showProjects(projects)
		}
		return render.Listing[session.ListedProject]{Items: projects, Columns: lsColumns, Wide: true}.Write(a.stdout, format)
	})
	cmd.Args = cobra.NoArgs
	fs := cmd.Flags()
	fs.BoolVarP(&all, "all", "a", false, "Show all stopped Compose projects")
	fs.StringArrayVar(&filters, "filter", nil, "Filter output based on conditions provided (name=NAME)")
	fs.StringVar(&format, "format", "table", `Format the output ("table"|"json")`)
	fs.BoolVarP(&quiet, "quiet", "q", false, "Only display project names")
	return cmd
}

var lsColumns = []render.Column[session.ListedProject]{
	{Field: "Name", Text: func(p session.ListedProject) string { return p.Name }},
	{Field: "Status", Text: func(p session.ListedProject) string { return p.Status }},
	{Field: "ConfigFiles", Header: "Config files", Text: func(p session.ListedProject) string { return p.ConfigFiles }},
}

// projectNames are the patterns of ls --filter name=PATTERN.
type projectNames []*regexp.Regexp

// match tells whether one of the patterns is in the name, or there are none.
func (n projectNames) match(name string) bool {
	return len(n) == 0 || slices.ContainsFunc(n, func(re *regexp.Regexp) bool { return re.MatchString(name) })
}

func nameFilters(filters []string) (projectNames, error) {
	var names projectNames
	for _, filter := range filters {
		key, value, ok := strings.Cut(filter, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		switch {
		case !ok:
			return nil, hint.New(fmt.Sprintf("invalid argument %q for \"--filter\": bad format of filter (expected name=value)", filter), "the filter is name=NAME")
		case key != "name":
			return nil, hint.New(fmt.Sprintf("invalid filter '%s'", key), "the filter is name=NAME")
		}
		re, err := regexp.Compile(strings.TrimSpace(value))
		if err != nil {
			return nil, hint.New(fmt.Sprintf("--filter %s: %v", filter, err), "NAME is a regular expression")
		}
		names = append(names, re)
	}
	return names, nil
}

// checkFormat refuses formats that are no template and unknown, for listings
// whose --format Docker Compose checks.
func checkFormat(format string) error {
	if format == "" || format == "table" || format == "json" || strings.Contains(format, "{{") {
		return nil
	}
	return hint.New(fmt.Sprintf("format value %q could not be parsed: parsing failed", format),
		"the formats are table, json, a Go template, and \"table TEMPLATE\"")
}

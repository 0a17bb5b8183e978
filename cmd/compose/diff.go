package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// diffCommand compares what runs with the file, or two deployments with each other.
func (a *app) diffCommand() *cobra.Command {
	var format string
	var exitCode bool
	cmd := a.command("diff [OPTIONS] [SERVICE...]", "Show where what runs differs from the file", func(cmd *cobra.Command, args []string) error {
		if err := oneFormatOf(format, "text", "json"); err != nil {
			return err
		}
		if len(args) > 0 && strings.HasPrefix(args[0], "@") {
			if len(args) != 2 || !strings.HasPrefix(args[1], "@") {
				return hint.New("diff compares two deployments with each other, not one with the file or a service", "write compose diff @5 @7; compose history lists them")
			}
			c, err := a.comparedDeployments(cmd.Context(), args[0], args[1])
			return a.showDiff(c, format, exitCode, err)
		}
		c, err := a.compared(cmd, args)
		return a.showDiff(c, format, exitCode, err)
	})
	cmd.Long = diffHelp
	cmd.Flags().StringVar(&format, "format", "", `Format the output ("text"|"json")`)
	cmd.Flags().BoolVar(&exitCode, "exit-code", false, "Exit with 2 where something differs")
	return cmd
}

const diffHelp = `Show where what runs differs from the file, and change nothing: what up would
change, and what somebody changed by hand since: containers stopped, removed or
renamed, limits of docker update, networks joined or left, configs and secrets
edited in the container, networks and volumes made otherwise.

up leaves most of what was changed by hand; up --repair puts it right.
Values lead from what is to what the file says.

With --exit-code, it exits with 2 where something differs.`

// comparison is what was compared of a project, and what came of it.
type comparison struct {
	project string
	between []int // two deployments; nil: what runs, and the file
	*planner.Compared
}

// compared compares the project with its file.
func (a *app) compared(cmd *cobra.Command, services []string) (comparison, error) {
	s, err := a.openUp(cmd.Context(), project.Selection{Services: services}, nil)
	if err != nil {
		return comparison{}, err
	}
	defer s.Close()
	o := planner.UpOptions{}
	if err := a.orphans(s.Project, &o); err != nil {
		return comparison{}, err
	}
	o.IgnoreOrphans = o.IgnoreOrphans || len(services) > 0
	c, err := s.Diff(cmd.Context(), o)
	return comparison{project: s.Name, Compared: c}, err
}

// showDiff prints a comparison; err is that of making it. The error may carry the exit
// code.
func (a *app) showDiff(c comparison, format string, exitCode bool, err error) error {
	switch {
	case err != nil:
		return err
	case format == "json":
		err = render.JSON(a.stdout, shownDiffOf(c))
	case c.between != nil:
		err = render.Between(a.stdout, c.project, c.between[0], c.between[1], c.Compared, a.look())
	default:
		err = render.Diff(a.stdout, c.project, c.Compared, a.look())
	}
	if err == nil && exitCode && len(c.Differences) > 0 {
		return endsWith(exitChanges, nil)
	}
	return err
}

// shownDiff is a comparison as JSON; docs/schema/diff.json describes it.
type shownDiff struct {
	Schema      string            `json:"schema"`
	Project     string            `json:"project"`
	Between     []int             `json:"between,omitempty"` // two deployments
	Same        bool              `json:"same"`
	Differences []shownDifference `json:"differences"`
	Notes       []plan.Note       `json:"notes,omitempty"`
}

type shownDifference struct {
	Kind    event.Kind         `json:"kind"`
	Name    string             `json:"name"`
	Service string             `json:"service,omitempty"`
	Code    plan.Code          `json:"code"`
	Detail  string             `json:"detail,omitempty"`
	Changes []plan.FieldChange `json:"changes,omitempty"`
	ByHand  bool               `json:"by_hand"`
}

// diffSchema names the form of shownDiff. What is added keeps the number.
const diffSchema = "compose.diff/1"

func shownDiffOf(c comparison) shownDiff {
	shown := shownDiff{Schema: diffSchema, Project: c.project, Between: c.between, Same: len(c.Differences) == 0, Differences: []shownDifference{}, Notes: c.Notes}
	for _, d := range c.Differences {
		shown.Differences = append(shown.Differences, shownDifference{
			d.Ref.Kind, d.Ref.Name, d.Ref.Service, d.Reason.Code, d.Reason.Detail, d.Reason.Changes, d.ByHand,
		})
	}
	return shown
}

package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) explainCommand() *cobra.Command {
	var o session.ExplainOptions
	var format string
	var exitCode bool
	cmd := a.command("explain [OPTIONS] [SERVICE...]", "Say why services do not run, or would be recreated", func(cmd *cobra.Command, args []string) error {
		if err := oneFormatOf(format, "text", "json"); err != nil {
			return err
		}
		if o.Tail < 0 {
			return hint.New(fmt.Sprintf("invalid --tail %d", o.Tail), "it is a number of lines, 0 or more")
		}
		s, err := a.openRunning(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		o.Services = args
		if o.History, err = a.historyDir(); err != nil {
			o.History = "" // the labels tell less
		}
		all, err := s.Explain(cmd.Context(), o)
		if err != nil {
			return err
		}
		asked := slices.DeleteFunc(slices.Clone(all), func(e *planner.Explanation) bool {
			return len(args) > 0 && !slices.Contains(args, e.Service)
		})
		if format == "json" {
			err = a.explainJSON(asked)
		} else {
			err = a.explainText(s.Name, all, args)
		}
		if unwell := slices.ContainsFunc(asked, func(e *planner.Explanation) bool { return !e.Well() }); err == nil && exitCode && unwell {
			return endsWith(exitChanges, nil)
		}
		return err
	})
	cmd.Long = explainHelp
	fs := cmd.Flags()
	fs.StringVar(&format, "format", "", `Format the output ("text"|"json")`)
	fs.IntVarP(&o.Tail, "tail", "n", 10, "Number of lines to show from the end of the logs of what is not well")
	fs.BoolVar(&exitCode, "exit-code", false, "Exit with 2 where a service is not as it should be")
	return cmd
}

const explainHelp = `Say why services do not run, what they wait for, and why up would recreate them:
what an exit code means and whether memory ran out, what the health check said
last, the last lines of the log, the state of the dependencies, who holds a
port, whether the image is there.

Without SERVICE, it is about the project: what is wrong by itself in full, then a
line that sums up, what waits for that, and what up would change. With --format
json there is an object a line, for every service.

With --exit-code, it exits with 2 where a service is not as it should be.`

func (a *app) explainJSON(all []*planner.Explanation) error {
	for _, e := range all {
		if err := render.JSON(a.stdout, e); err != nil {
			return err
		}
	}
	return nil
}

// explainText tells the causes first. Where no service was asked for, it is about the
// project, of which what is as it should be is left out.
func (a *app) explainText(project string, all []*planner.Explanation, asked []string) error {
	if len(asked) == 0 {
		switch {
		case notUp(all):
			return a.list([]string{project + " is not up: compose up -d"})
		case !slices.ContainsFunc(all, func(e *planner.Explanation) bool { return !e.Well() || len(e.Next) > 0 }):
			return a.list([]string{allWell(all)})
		}
	}
	return render.Explain(a.stdout, render.Explained{Project: project, Services: planner.RootsFirst(all), Asked: asked}, a.look())
}

// notUp tells whether there is no container, and nothing to keep an up from making them.
func notUp(all []*planner.Explanation) bool {
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *planner.Explanation) bool {
		return len(e.Containers) > 0 || e.Verdict != planner.VerdictAbsent && e.Verdict != planner.VerdictOff
	})
}

func allWell(all []*planner.Explanation) string {
	switch len(all) {
	case 0:
		return "there are no services"
	case 1:
		return all[0].Summary
	}
	return fmt.Sprintf("all %d services are as they should be", len(all))
}

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
		all, err := s.Explain(cmd.Context(), o)
		if err != nil {
			return err
		}
		if format == "json" {
			return a.explainJSON(all)
		}
		if len(args) == 0 {
			return a.explainUnwell(all)
		}
		return a.explainText(all)
	})
	cmd.Long = explainHelp
	fs := cmd.Flags()
	fs.StringVar(&format, "format", "", `Format the output ("text"|"json")`)
	fs.IntVarP(&o.Tail, "tail", "n", 10, "Number of lines to show from the end of the logs of what is not well")
	return cmd
}

const explainHelp = `Say why services do not run, what they wait for, and why up would recreate them:
what an exit code means and whether memory ran out, what the health check said
last, the last lines of the log, the state of the dependencies, who holds a
port, whether the image is there.

Without SERVICE, it is about those that are not well and those that up would
change. With --format json there is an object a line, for every service.`

func (a *app) explainJSON(all []*planner.Explanation) error {
	for _, e := range all {
		if err := render.JSON(a.stdout, e); err != nil {
			return err
		}
	}
	return nil
}

// explainUnwell leaves services out that are as they should be.
func (a *app) explainUnwell(all []*planner.Explanation) error {
	unwell := slices.DeleteFunc(slices.Clone(all), func(e *planner.Explanation) bool {
		well := e.Verdict == planner.VerdictRunning || e.Verdict == planner.VerdictEnded
		refused := slices.ContainsFunc(e.Causes, func(c planner.Cause) bool { return c.Code == planner.CauseRefused })
		return well && !refused && len(e.Next) == 0
	})
	if len(unwell) == 0 {
		return a.list([]string{allWell(all)})
	}
	return a.explainText(unwell)
}

func (a *app) explainText(all []*planner.Explanation) error {
	for i, e := range all {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		if err := render.Explain(a.stdout, e, a.look()); err != nil {
			return err
		}
	}
	return nil
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

package main

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/plan"
)

// planFlags are whether a plan is shown in place of being carried out, and how.
type planFlags struct {
	dryRun   bool
	steps    bool
	exitCode bool
	format   string // of the command plan; "": that of --progress
	offline  bool   // no engine is asked: nothing is there
	output   string // the file that the plan is saved to; "": none
}

// exitChanges is the exit code of a shown plan that changes something, where the user
// asked for it.
const exitChanges = 2

func (f *planFlags) register(fs *pflag.FlagSet) {
	fs.BoolVar(&f.dryRun, "dry-run", false, "Print the plan and change nothing")
	fs.BoolVar(&f.steps, "steps", false, "With --dry-run: print each step")
	fs.BoolVar(&f.exitCode, "exit-code", false, "With --dry-run: exit with 2 where something would change")
	for _, name := range []string{"steps", "exit-code"} { // docs/plan.md has them
		_ = fs.MarkHidden(name)
	}
}

// planCommand is `up` that only says what it would do.
func (a *app) planCommand() *cobra.Command {
	var f upFlags
	cmd := a.command("plan [OPTIONS] [SERVICE...]", "Show what up would change, and why", func(cmd *cobra.Command, args []string) error {
		if err := oneFormatOf(a.global.plan.format, "text", "json"); err != nil {
			return err
		}
		if a.global.plan.offline && a.global.plan.output != "" {
			return incompatible("--offline", "--output")
		}
		a.global.plan.dryRun, a.global.plan.exitCode = true, true
		return a.up(cmd, f, args)
	})
	cmd.Long = "Show what up would change, and why. Nothing is changed.\n\n" +
		"The exit code is 0 where there is nothing to do, 2 where something would change, and 1 for an error."
	f.registerPlanned(cmd.Flags())
	a.preflightFlag(cmd.Flags())
	cmd.Flags().StringVar(&a.global.plan.format, "format", "", `Format the output ("text"|"json")`)
	cmd.Flags().BoolVar(&a.global.plan.offline, "offline", false, "Ask no engine: plan as where nothing is there yet")
	cmd.Flags().BoolVar(&a.global.plan.steps, "steps", false, "Print each step")
	cmd.Flags().StringVarP(&a.global.plan.output, "output", "o", "", "Save the plan to a file, for compose apply")
	return cmd
}

// shownPlan is a plan as JSON; docs/schema/plan.json describes it.
type shownPlan struct {
	Schema  string       `json:"schema"`
	Project string       `json:"project"`
	Summary plan.Summary `json:"summary"`
	Plan    *plan.Plan   `json:"plan"`
}

// planSchema names the form of shownPlan. What is added keeps the number.
const planSchema = "compose.plan/1"

// showPlan prints a plan. The error may carry the exit code.
func (a *app) showPlan(project string, p *plan.Plan) error {
	err := a.printPlan(project, p)
	switch {
	case err != nil:
		return err
	case p.Refusals() != nil: // the plan says it
		return endsWith(a.coded(exitFailure, p.Refusals()), nil)
	case p.Needs() && a.global.plan.exitCode:
		return endsWith(exitChanges, nil)
	}
	return nil
}

func (a *app) printPlan(project string, p *plan.Plan) error {
	f := a.global.plan
	switch {
	case f.format == "json" || f.format == "" && a.progress() == render.ModeJSON:
		e := json.NewEncoder(a.stdout)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(shownPlan{planSchema, project, p.Summary(), p})
	case f.steps:
		var text strings.Builder
		_ = p.WriteText(&text) // a builder takes everything
		return a.list(strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n"))
	}
	return render.Plan(a.stdout, project, p, a.look())
}

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) historyCommand() *cobra.Command {
	var format string
	cmd := a.command("history [OPTIONS]", "List what commands changed", func(cmd *cobra.Command, _ []string) error {
		if err := oneFormatOf(format, "table", "json"); err != nil {
			return err
		}
		project, store, err := a.history(cmd.Context())
		if err != nil {
			return err
		}
		all, err := store.List()
		if err != nil {
			return unreadable(err)
		}
		slices.Reverse(all)
		switch {
		case format == "json":
			return a.historyJSON(all)
		case len(all) == 0:
			a.sink(event.Message{Level: event.Info, Text: fmt.Sprintf("no command has changed project %q yet, as far as this machine's user knows", project)})
			return nil
		}
		return errors.Join(a.historyTable(all), a.tellKept(cmd.Context(), project))
	})
	cmd.Long = historyHelp
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 && strings.HasPrefix(args[0], "@") {
			return hint.New(fmt.Sprintf("unknown command %q", args[0]), cmd.CommandPath()+" show "+args[0]+" shows it")
		}
		return unknownCommand(cmd, args)
	}
	cmd.Flags().StringVar(&format, "format", "", `Format the output ("table"|"json")`)
	cmd.AddCommand(a.historyShowCommand(), a.historyPruneCommand())
	return cmd
}

const historyHelp = `List the deployments of the project at this engine, the newest first.

A deployment is what one command changed: up, create, watch, scale, stop, start,
restart, rm, down, apply or rollback. The last 20 are kept, on this machine, for
its user alone.`

func (a *app) historyShowCommand() *cobra.Command {
	var format string
	var file bool
	cmd := a.command("show [OPTIONS] [@N]", "Show one deployment, the last one without @N", func(cmd *cobra.Command, args []string) error {
		if err := oneFormatOf(format, "text", "json"); err != nil {
			return err
		}
		if file && format != "" {
			return incompatible("--file", "--format")
		}
		d, err := a.deployment(cmd.Context(), args)
		switch {
		case err != nil:
			return err
		case file:
			return a.showDefinition(d)
		case format == "json":
			return render.JSON(a.stdout, d)
		}
		return render.Deployment(a.stdout, d, a.look())
	})
	cmd.Args = takesArgs(0, 1)
	cmd.Flags().StringVar(&format, "format", "", `Format the output ("text"|"json")`)
	cmd.Flags().BoolVar(&file, "file", false, "Print the Compose file as it was, with all values")
	return cmd
}

// showDefinition prints the project as it was brought up.
func (a *app) showDefinition(d *history.Deployment) error {
	if d.Definition == nil {
		return hint.New(fmt.Sprintf("deployment @%d has no Compose file: %s changes none", d.Number, render.Command(d.Command)),
			"compose history lists those of up, create, scale and rollback, which have one")
	}
	_, err := a.stdout.Write([]byte(d.Definition.Model))
	return err
}

func (a *app) historyPruneCommand() *cobra.Command {
	keep := 1
	cmd := a.command("prune [OPTIONS]", "Forget all deployments but the last", func(cmd *cobra.Command, _ []string) error {
		if keep < 1 {
			return hint.New(fmt.Sprintf("invalid --keep %d", keep), "it is a number of deployments, 1 or more")
		}
		project, store, err := a.history(cmd.Context())
		if err != nil {
			return err
		}
		return a.prune(cmd.Context(), project, store, keep)
	})
	cmd.Args = takesArgs(0, 0)
	fs := cmd.Flags()
	fs.IntVar(&keep, "keep", keep, "How many of the last deployments stay")
	fs.BoolP("yes", "y", false, `Assume "yes" as answer to all prompts`)
	return cmd
}

// prune asks, and forgets.
func (a *app) prune(ctx context.Context, project string, store *history.Store, keep int) error {
	all, err := store.List()
	if err != nil {
		return unreadable(err)
	}
	old := all[:max(0, len(all)-keep)]
	switch {
	case len(old) == 0:
		return a.list([]string{"nothing to forget: " + deployments(all) + " stays"})
	case a.global.plan.dryRun:
		return a.list([]string{"would forget " + deployments(old)})
	case !a.yes:
		ask := plan.Ask{Text: fmt.Sprintf("Forget %s?", deployments(old))}
		if yes, err := a.confirm(ctx, ask); err != nil || !yes {
			return err
		}
	}
	gone, err := store.Prune(keep)
	if err != nil {
		return fmt.Errorf("forgetting deployments: %w", err)
	}
	a.forgetImages(ctx, project, store)
	return a.list([]string{"forgot " + deployments(old[:len(gone)])})
}

// deployments names some: "@3", "2 deployments, @3 to @4".
func deployments(all []history.Listed) string {
	switch n := len(all); n {
	case 0:
		return "no deployment"
	case 1:
		return fmt.Sprintf("@%d", all[0].Number)
	default:
		return fmt.Sprintf("%d deployments, @%d to @%d", n, all[0].Number, all[n-1].Number)
	}
}

// history opens the project's. The error is that of finding the project or the engine.
func (a *app) history(ctx context.Context) (project string, store *history.Store, err error) {
	dir, err := a.historyDir()
	if err != nil {
		return "", nil, err
	}
	s, err := a.openNamed(ctx)
	if err != nil {
		return "", nil, err
	}
	defer s.Close()
	store, err = s.History(ctx, dir)
	return s.Name, store, err
}

// deployment is the one that the arguments name, or the last.
func (a *app) deployment(ctx context.Context, args []string) (*history.Deployment, error) {
	number := 0
	if len(args) > 0 {
		var err error
		if number, err = deploymentNumber(args[0]); err != nil {
			return nil, err
		}
	}
	project, store, err := a.history(ctx)
	if err != nil {
		return nil, err
	}
	if number > 0 {
		return store.Get(number)
	}
	d, err := store.Newest()
	if err != nil {
		return nil, unreadable(err)
	}
	if d == nil {
		return nil, hint.New(fmt.Sprintf("there is no deployment of project %q", project), "compose up makes the first")
	}
	return d, nil
}

// deploymentNumber reads "@7", or "7".
func deploymentNumber(arg string) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(arg, "@"))
	if err != nil || n < 1 {
		return 0, hint.New(fmt.Sprintf("%q is no deployment", arg), "write @ and its number, such as @7: compose history lists them")
	}
	return n, nil
}

// unreadable says that the folder of a history cannot be read.
func unreadable(err error) error {
	return hint.Wrap(fmt.Errorf("the history cannot be read: %w", err), "up and the other commands work without it")
}

// listedDeployment is a deployment in the list as JSON; docs/schema/history.json describes
// it.
type listedDeployment struct {
	Number  int             `json:"number"`
	PlanID  string          `json:"plan_id,omitempty"`
	Project string          `json:"project,omitempty"`
	Began   time.Time       `json:"began,omitzero"`
	Ended   time.Time       `json:"ended,omitzero"`
	User    string          `json:"user,omitempty"`
	Host    string          `json:"host,omitempty"`
	Command []string        `json:"command,omitempty"`
	Back    int             `json:"back_to,omitempty"`
	Outcome history.Outcome `json:"outcome,omitzero"`
	Changes []plan.Change   `json:"changes,omitempty"`
	Later   int             `json:"later_count,omitempty"`
	// Unreadable is why it cannot be read, and all but the number is missing.
	Unreadable string `json:"unreadable,omitempty"`
}

func (a *app) historyJSON(all []history.Listed) error {
	for _, l := range all {
		item := listedDeployment{Number: l.Number}
		if l.Err != nil {
			item.Unreadable = l.Err.Error()
		} else {
			d := l.Deployment
			item = listedDeployment{
				Number: d.Number, PlanID: d.PlanID, Project: d.Project, Began: d.Began, Ended: d.Ended, User: d.User, Host: d.Host,
				Command: d.Command, Back: d.Back, Outcome: d.Outcome, Changes: d.Changes, Later: d.LaterCount,
			}
		}
		if err := render.JSON(a.stdout, item); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) historyTable(all []history.Listed) error {
	t := render.Fitted{Columns: []render.FittedColumn{
		{Title: "N"}, {Title: "WHEN", Rank: 1}, {Title: "OUTCOME"}, {Title: "CHANGES", Cut: render.CutEnd, Keep: 24},
		{Title: "COMMAND", Cut: render.CutEnd}, {Title: "BY", Rank: 2},
	}}
	style := a.style()
	for _, l := range all {
		number := fmt.Sprintf("@%d", l.Number)
		if l.Err != nil {
			row := render.Cells(number, "", "not readable", l.Err.Error(), "", "")
			t.Rows = append(t.Rows, row)
			continue
		}
		d := l.Deployment
		var changes render.Cell
		for _, text := range render.Briefly(d.Changes) {
			changes = append(changes, terminal.Value(text))
		}
		if d.LaterCount > 0 {
			changes = append(changes, style.Dim(fmt.Sprintf("%d later", d.LaterCount)))
		}
		when := render.Ago(a.clock(), d.Began)
		if a.stdout.IsTerminal() {
			when = session.BriefTime(when)
		}
		row := render.Cells(number, when, render.Result(d.Outcome.Result), "", withoutProgram(d.Command), d.By())
		row[3] = changes
		t.Rows = append(t.Rows, row)
	}
	return a.showTable(t)
}

// withoutProgram is a command line less "compose", or "docker compose", in front.
func withoutProgram(words []string) string {
	if i := slices.IndexFunc(words[:min(len(words), 2)], func(word string) bool { return strings.HasSuffix(word, "compose") }); i >= 0 {
		words = words[i+1:]
	}
	return render.Command(words)
}

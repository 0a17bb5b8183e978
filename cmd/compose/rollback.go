package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) rollbackCommand() *cobra.Command {
	var f upFlags
	cmd := a.command("rollback [OPTIONS] [@N]", "Bring an earlier deployment back", func(cmd *cobra.Command, args []string) error {
		return a.rollback(cmd, f, args)
	})
	cmd.Args = takesArgs(0, 1)
	cmd.Long = rollbackHelp
	fs := cmd.Flags()
	fs.BoolVarP(&f.yes, "yes", "y", false, `Assume "yes" as answer to all prompts`)
	fs.BoolVar(&f.removeOrphans, "remove-orphans", false, removeOrphansUsage)
	fs.BoolVar(&f.quietPull, "quiet-pull", false, "Pull without printing progress information")
	fs.BoolVar(&f.wait, "wait", false, "Wait for services to be running|healthy")
	fs.IntVar(&f.waitTimeout, "wait-timeout", 0, "Maximum duration in seconds to wait for the project to be running|healthy")
	timeoutFlag(fs)
	return cmd
}

const rollbackHelp = `Bring an earlier deployment back: its file, its images, the contents of its
configs. Without @N it is the last one that ended well before the present one.
compose history lists them.

What no deployment keeps is used as it is now, and said before: data in
volumes, secrets, and what is mounted from this machine. Where a secret or a
mounted file is another one than it was then, you are asked.

An image that is not here any more is pulled by its digest. Where no registry
has it, nothing is changed.`

func (a *app) rollback(cmd *cobra.Command, f upFlags, args []string) error {
	ctx := cmd.Context()
	to, err := a.earlierDeployment(ctx, args)
	if err != nil {
		return err
	}
	p, err := a.keptProject(ctx, to)
	if err != nil {
		return err
	}
	a.sink(event.Message{Level: event.Info, Text: fmt.Sprintf("Going back to @%d of %s, %s: %s",
		to.Number, to.By(), render.Ago(a.clock(), to.Began), render.Command(to.Command))})
	a.back = to.Number
	s := a.session(p, "").WithImages(session.ImageOptions{QuietPull: f.quietPull})
	defer s.Close()
	up := planner.UpOptions{RemoveOrphans: f.removeOrphans}
	if err := a.orphans(p, &up); err != nil {
		return err
	}
	o := session.RollbackOptions{
		To: to, Answers: f.answers(), RemoveOrphans: up.RemoveOrphans, IgnoreOrphans: up.IgnoreOrphans,
		Wait: f.wait, Timeout: seconds(cmd, "timeout"),
	}
	bounded, cancel := f.bounded(ctx)
	defer cancel()
	return a.afterUp(ctx, s, f.timedOut(bounded, s.Rollback(bounded, o)))
}

// keptProject is the project as a deployment brought it up.
func (a *app) keptProject(ctx context.Context, d *history.Deployment) (*project.Project, error) {
	if d.Definition == nil {
		return nil, hint.New(fmt.Sprintf("deployment @%d brought nothing up: it was %s", d.Number, render.Command(d.Command)),
			"name one that did; compose history lists them")
	}
	at := project.KeptAt{Name: d.Project, Dir: d.Dir, Files: d.Files, Targets: d.Targets}
	p, err := project.LoadKept(ctx, d.Definition, at, project.Options{Environ: a.environ, ContentKey: a.contentKey})
	if err != nil {
		return nil, fmt.Errorf("deployment @%d: %w", d.Number, a.classes.note(err, exitFile))
	}
	return p, nil
}

// earlierDeployment is the one that the arguments name, or the last one that ended well
// before the newest.
func (a *app) earlierDeployment(ctx context.Context, args []string) (*history.Deployment, error) {
	if len(args) > 0 {
		return a.deployment(ctx, args)
	}
	name, store, err := a.history(ctx)
	if err != nil {
		return nil, err
	}
	all, err := store.List()
	if err != nil {
		return nil, unreadable(err)
	}
	for _, l := range slices.Backward(all[:max(0, len(all)-1)]) {
		if l.Err == nil && l.Definition != nil && l.Outcome.Result == history.Done {
			return l.Deployment, nil
		}
	}
	why := "the history has none yet: up and the like make one"
	if len(all) > 0 {
		why = fmt.Sprintf("none before @%d ended well and brought something up; compose history lists them", all[len(all)-1].Number)
	}
	return nil, hint.New(fmt.Sprintf("there is no earlier deployment of project %q to go back to", name), why)
}

// clock is the time that people are shown.
func (a *app) clock() time.Time {
	if a.now != nil {
		return a.now()
	}
	return time.Now()
}

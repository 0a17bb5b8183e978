package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planfile"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// applyFlags are those of apply.
type applyFlags struct {
	replan, yes           bool
	quietBuild, quietPull bool
	wait                  bool
	waitTimeout           int
}

func (a *app) applyCommand() *cobra.Command {
	var f applyFlags
	cmd := a.command("apply [OPTIONS] FILE", "Carry out a plan that was saved with plan -o", func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return hint.New("apply takes the file of one saved plan", "make one: compose plan -o FILE")
		}
		return a.apply(cmd.Context(), f, args[0])
	})
	cmd.Long = "Carry out a plan that was saved with plan -o, and nothing else.\n\n" +
		"The Compose files are read again. Where they, the project's containers or what images are built from " +
		"are not as they were, nothing is changed, and the exit code is 1. " +
		"What was begun before and not finished goes on."
	fs := cmd.Flags()
	fs.BoolVar(&f.replan, "replan", false, "Where the plan no longer holds, show the one that does, and ask")
	a.preflightFlag(fs)
	fs.BoolVarP(&f.yes, "yes", "y", false, `Assume "yes" as answer to all prompts`)
	fs.BoolVar(&f.wait, "wait", false, "Wait for services to be running|healthy, also where the plan does not")
	fs.IntVar(&f.waitTimeout, "wait-timeout", 0, "Maximum duration in seconds to wait for the project to be running|healthy")
	fs.BoolVar(&f.quietBuild, "quiet-build", false, "Suppress the build output")
	fs.BoolVar(&f.quietPull, "quiet-pull", false, "Pull without printing progress information")
	return cmd
}

// applying is a saved plan that is to be carried out.
type applying struct {
	*app
	*planfile.Saved
	applyFlags
	file string
	key  project.ContentKey
	here string // the folder of this call

	begun bool                // it was, before this call or in it
	done  *history.Deployment // has carried the plan out; nil: none has
}

func (a *app) apply(ctx context.Context, f applyFlags, file string) error {
	key, err := a.keptKey()
	if err != nil {
		return err
	}
	saved, err := planfile.Read(file, key)
	if a.classes.note(err, exitFile) != nil {
		return err
	}
	p := applying{app: a, Saved: saved, applyFlags: f, file: file, key: key, here: a.dir}
	if err := p.checkFlags(); err != nil {
		return err
	}
	a.askAgain(saved.Asked)
	a.planID = saved.ID
	s, err := a.openUp(ctx, project.Selection{Services: saved.Asked.Services, NoDeps: saved.Asked.NoDeps}, saved.Asked.Scale)
	if err != nil {
		if changed := saved.Inputs.FilesChanged(key); len(changed) > 0 && !f.replan {
			return p.stale(p.filesDiffer(changed))
		}
		return err
	}
	defer s.Close()
	s = s.WithImages(session.ImageOptions{QuietPull: f.quietPull, Build: build.Options{Quiet: f.quietBuild}})
	differs, err := p.inputsDiffer(ctx, s)
	if err != nil {
		return err
	}
	up := session.UpOptions{UpOptions: saved.Asked.Options}
	up.Wait = up.Wait || f.wait
	if f.yes {
		up.Answers = session.AnswerYes
	}
	waits := upFlags{wait: up.Wait, waitTimeout: f.waitTimeout}
	bounded, cancel := waits.bounded(ctx)
	defer cancel()
	return a.afterUp(ctx, s, waits.timedOut(bounded, s.CarryOut(bounded, session.SavedPlan{
		Plan: saved.Plan, Options: up, Digests: saved.Digests,
		Judge: func(ctx context.Context, now planner.State) (session.Standing, error) {
			return p.judge(ctx, s, now, differs)
		},
		Rest: p.leftOver,
		Show: func(made *plan.Plan) error { return render.Plan(a.stdout, s.Name, a.withDowntimes(s, made), a.look()) },
	})))
}

// checkFlags refuses what the saved plan says itself.
func (p *applying) checkFlags() error {
	g := p.global
	for flag, given := range map[string]bool{
		"--file": len(g.files) > 0, "--env-file": len(g.envFiles) > 0, "--profile": len(g.profiles) > 0, "--project-directory": g.dir != "",
	} {
		if given {
			return hint.New("apply takes no "+flag+": the saved plan says which files and profiles it is of", "leave it out, or plan anew: compose plan -o FILE")
		}
	}
	for _, name := range []string{g.name, p.getenv("COMPOSE_PROJECT_NAME")} {
		if name != "" && name != p.Project {
			return hint.New(fmt.Sprintf("%s is a plan for project %s, not for %s", p.file, p.Project, name), "name the plan's project, or none")
		}
	}
	return nil
}

// inputsDiffer says what makes the plan stale whatever the engine has; "": nothing does.
// The error is about what --replan does not help with, or the engine's.
func (p *applying) inputsDiffer(ctx context.Context, s *session.Session) (string, error) {
	engine, err := s.EngineID(ctx)
	if err != nil {
		return "", err
	}
	if engine != p.Engine {
		return "", hint.New(fmt.Sprintf("%s is a plan for another engine, that at %s", p.file, p.EngineHost), "choose that one with -H or --context, or plan anew: compose plan -o FILE")
	}
	if s.Name != p.Project {
		return "", hint.New(fmt.Sprintf("%s is a plan for project %s, and its files are of project %s now", p.file, p.Project, s.Name), "plan anew: compose plan -o FILE")
	}
	if p.Tool != version {
		return fmt.Sprintf("this program became version %s, from %s", version, p.Tool), nil
	}
	inputs, err := s.Project.Inputs(p.key)
	if err != nil {
		return "", err
	}
	if files, parts := p.Inputs.Changed(inputs); len(files) > 0 {
		return p.filesDiffer(files), nil
	} else if len(parts) > 0 {
		return "variables give " + enumerated(parts) + " other values", nil
	}
	file, err := filepath.Abs(p.file)
	if err != nil {
		return "", err
	}
	contexts, err := keyedContexts(ctx, s, slices.Sorted(maps.Keys(p.Contexts)), file, p.key)
	if err != nil {
		return "", err
	}
	var built []string
	for service, hash := range contexts {
		if hash != p.Contexts[service] {
			built = append(built, service)
		}
	}
	if slices.Sort(built); len(built) > 0 {
		return "what the image of " + enumerated(built) + " is built from was changed", nil
	}
	return "", nil
}

// filesDiffer names files that were changed.
func (p *applying) filesDiffer(files []string) string {
	names := slices.Clone(files)
	for i, name := range names {
		if rel, err := filepath.Rel(p.here, name); err == nil && filepath.IsLocal(rel) {
			names[i] = rel
		}
	}
	if len(names) > 1 {
		return enumerated(names) + " were changed"
	}
	return names[0] + " was changed"
}

// judge says whether the plan still holds. differs is what makes it stale whatever the
// engine has; "": nothing does.
func (p *applying) judge(ctx context.Context, s *session.Session, now planner.State, differs string) (session.Standing, error) {
	seen := planfile.Look(s.Project, p.Plan, now)
	found := p.Differences(seen, false)
	if differs == "" && len(found) > 0 {
		if p.begun = p.begunBefore(ctx, s, seen); p.begun {
			found = p.Differences(seen, true)
		}
		differs = described(found)
	}
	switch {
	case p.replan && (differs != "" || p.done != nil):
		p.sink(event.Message{Level: event.Info, Text: noLonger + cmp.Or(differs, "it was carried out")})
		return session.Stale, nil
	case differs != "":
		return 0, p.stale(differs)
	case p.begun, p.wait && !p.Asked.Options.Wait: // the latter is the same plan with waits
		return session.Remains, nil
	}
	return session.Holds, nil
}

// begunBefore tells whether the plan was begun: a container shows it, or the history does.
func (p *applying) begunBefore(ctx context.Context, s *session.Session, seen []planfile.Seen) bool {
	if of := p.deployment(ctx, s); of != nil {
		if of.Outcome.Result == history.Done {
			p.done = of
		}
		return true
	}
	return p.Begun(seen)
}

// deployment is the newest that carried the plan out, or began to; nil: none is known.
func (p *applying) deployment(ctx context.Context, s *session.Session) *history.Deployment {
	dir, err := p.historyDir()
	if err != nil {
		return nil
	}
	store, err := s.History(ctx, dir)
	if err != nil {
		return nil
	}
	all, _ := store.List() // what cannot be read tells nothing
	for _, listed := range slices.Backward(all) {
		if listed.Err == nil && listed.PlanID == p.ID {
			return listed.Deployment
		}
	}
	return nil
}

// leftOver is told what is left of a plan that was begun.
func (p *applying) leftOver(rest *plan.Plan) error {
	switch {
	case !p.begun:
		return nil
	case p.done == nil:
		p.sink(event.Message{Level: event.Info, Text: "the plan was begun before: what is left of it is done"})
		return nil
	case rest.Needs():
		return p.stale(fmt.Sprintf("it was carried out by deployment @%d, and the project was changed", p.done.Number))
	}
	p.sink(event.Message{Level: event.Info, Text: fmt.Sprintf("the plan was carried out before, by deployment @%d: nothing is left of it", p.done.Number)})
	return nil
}

// described are differences in words; "": there is none.
func described(all []planfile.Difference) string {
	var texts []string
	for _, d := range all {
		texts = append(texts, d.String())
	}
	return strings.Join(few(texts), ", ")
}

// noLonger begins what is said of a stale plan.
const noLonger = "the saved plan no longer holds: since then "

// stale is that the plan no longer holds.
func (p *applying) stale(differs string) error {
	return hint.New(noLonger+differs, "to see the plan that does, and be asked: compose apply --replan "+p.file)
}

// few are the first of some texts, and how many there are beside.
func few(texts []string) []string {
	if len(texts) <= manyServices {
		return texts
	}
	return append(slices.Clone(texts[:manyServices]), fmt.Sprintf("and %d more", len(texts)-manyServices))
}

// enumerated is "a, b and c", of one or several.
func enumerated(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return enumeration(words)
}

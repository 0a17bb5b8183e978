package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// This is what commands say in the end of what they leave behind.

// lastWord is how long the engine may take to say what a command left that ends.
const lastWord = 2 * time.Second

// afterUp says what an up left that does not stay attached: where its services are
// reached, or which of them run though it failed. err is the up's; what is returned takes
// its place.
func (a *app) afterUp(ctx context.Context, s *session.Session, err error) error {
	if s.DryRun || err != nil && !a.began.Load() && !wasInterrupted(ctx) {
		return err // it has changed nothing
	}
	brief, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	switch {
	case err == nil:
		return a.showReached(brief, s)
	case wasInterrupted(ctx):
		if left := runsOn(brief, s); a.force.Err() == nil {
			a.sink(event.Message{Level: event.Info, Text: "Interrupted: " + cmp.Or(left, "nothing of it runs")})
		}
		return err
	}
	return withHelp(err, runsOn(brief, s))
}

// manyServices is how many names of services a sentence has room for.
const manyServices = 6

// runsOn says which services of the project run, and what ends them; "" where none does,
// and where the engine does not say.
func runsOn(ctx context.Context, s *session.Session) string {
	containers, err := s.Containers(ctx)
	if err != nil {
		return ""
	}
	var names []string
	for _, c := range containers {
		if up := c.Status.Runs() || c.Status == planner.Restarting; up && !c.OneOff {
			names = append(names, c.Service)
		}
	}
	slices.Sort(names)
	switch names = slices.Compact(names); {
	case len(names) == 0:
		return ""
	case len(names) == 1:
		return names[0] + " runs on; compose down ends it"
	case len(names) > manyServices:
		return fmt.Sprintf("%d services run on; compose down ends them", len(names))
	}
	return strings.Join(names, ", ") + " run on; compose down ends them"
}

// withHelp adds advice to the last of the errors that err joins.
func withHelp(err error, help string) error {
	if help == "" {
		return err
	}
	several, ok := err.(interface{ Unwrap() []error })
	if !ok || len(several.Unwrap()) == 0 || errors.Join(several.Unwrap()...).Error() != err.Error() {
		return hint.Then(err, help)
	}
	all := slices.Clone(several.Unwrap())
	all[len(all)-1] = hint.Then(all[len(all)-1], help)
	return errors.Join(all...)
}

// showReached shows on a terminal where the project's services are reached, and which of
// them do not run as they should.
func (a *app) showReached(ctx context.Context, s *session.Session) error {
	if !a.live() {
		return nil
	}
	listed, err := s.List(ctx)
	if err != nil {
		return nil // the up is done all the same
	}
	listed = slices.DeleteFunc(listed, func(c session.Listed) bool {
		_, ours := s.Project.Services[c.Service]
		return c.OneOff || !ours
	})
	_ = a.detailRestarts(ctx, s, listed) // what is not known is not shown
	style := render.StyleOf(a.stderr, a.look())
	t := render.Fitted{Columns: []render.FittedColumn{{Cut: render.CutEnd}, {Cut: render.CutEnd}}}
	for service, of := range byService(listed) {
		var ends []session.Endpoint
		for _, c := range of {
			if failing(c) {
				t.Rows = append(t.Rows, append(render.Cells(" "+c.Name), render.Cell{fares(c, style)}))
			}
			ends = append(ends, s.Endpoints(c)...)
		}
		if len(ends) > 0 {
			t.Rows = append(t.Rows, append(render.Cells(" "+service), firstEndpoints(ends, style)))
		}
	}
	cols, _, _ := render.Size(a.stderr)
	return a.stderr.Show(t.Lines(render.FitTo{Cols: cols}, style)...)
}

// live tells whether there is a live region on a terminal: scripts see none of what is said
// only then.
func (a *app) live() bool { return a.stderr.IsTerminal() && a.display().Live() }

// byService brings containers, sorted by name, by their services.
func byService(listed []session.Listed) iter.Seq2[string, []session.Listed] {
	return func(yield func(string, []session.Listed) bool) {
		of := map[string][]session.Listed{}
		for _, c := range listed {
			of[c.Service] = append(of[c.Service], c)
		}
		for _, name := range slices.Sorted(maps.Keys(of)) {
			if !yield(name, of[name]) {
				return
			}
		}
	}
}

// failing tells whether a container ended with an error, or does over and over.
func failing(c session.Listed) bool {
	return c.Restarted || c.State == string(planner.Restarting) || c.State == string(planner.Exited) && c.ExitCode != 0
}

// manyEndpoints is how many addresses of a service are shown.
const manyEndpoints = 3

func firstEndpoints(all []session.Endpoint, style render.Style) render.Cell {
	shown := endpoints(all[:min(len(all), manyEndpoints)], style)
	if more := len(all) - manyEndpoints; more > 0 {
		shown = append(shown, terminal.Value(fmt.Sprintf("+%d", more)))
	}
	return shown
}

// detailRestarts looks into those containers that may be ending over and over: an engine's
// list does not tell.
func (a *app) detailRestarts(ctx context.Context, s *session.Session, listed []session.Listed) error {
	var young []session.Listed
	var at []int
	for i, c := range listed {
		if c.Young() {
			young, at = append(young, c), append(at, i)
		}
	}
	err := s.Detail(ctx, young)
	for j, i := range at {
		listed[i].Restarts, listed[i].Restarted = young[j].Restarts, young[j].Restarted
	}
	return err
}

// afterDown says on a terminal which volumes a down left.
func (a *app) afterDown(ctx context.Context, s *session.Session, o planner.DownOptions) {
	if o.Volumes || len(o.Services) > 0 || s.DryRun || !a.began.Load() || !a.live() {
		return
	}
	volumes, err := s.Volumes(ctx, nil)
	if err != nil {
		return // the down is done all the same
	}
	var names []string
	for _, v := range volumes {
		if s.Project == nil || hasVolume(s.Project, v.Name) {
			names = append(names, v.Name)
		}
	}
	switch len(names) {
	case 0:
	case 1:
		a.sink(event.Message{Level: event.Info, Text: "volume " + names[0] + " stays; compose down -v removes it"})
	default:
		a.sink(event.Message{Level: event.Info, Text: "volumes " + strings.Join(names, ", ") + " stay; compose down -v removes them"})
	}
}

// hasVolume tells whether the file declares a volume by its name at the engine.
func hasVolume(p *project.Project, name string) bool {
	for _, v := range p.Volumes {
		if v.Name == name {
			return true
		}
	}
	return false
}

// hiddenStopped says on a terminal how many containers a ps leaves out because they are
// not up.
func (a *app) hiddenStopped(n int) {
	if n == 0 || !a.stdout.IsTerminal() || !a.stderr.IsTerminal() {
		return
	}
	text := fmt.Sprintf("%d containers are stopped; compose ps -a shows them", n)
	if n == 1 {
		text = "1 container is stopped; compose ps -a shows it"
	}
	a.sink(event.Message{Level: event.Info, Text: text})
}

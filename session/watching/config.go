package watching

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/regular"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/watch"
)

// configQuiet is how long the project's files must rest until they are read: an
// editor may write several, or one in pieces.
const configQuiet = 100 * time.Millisecond

// watchConfig follows the files that the project is made of until ctx ends.
// changed gets a value for each new project.
func (w *watching) watchConfig(ctx context.Context, changed chan<- struct{}) {
	if w.o.Reload == nil {
		return
	}
	for ctx.Err() == nil {
		p, _ := w.project()
		files := p.WatchedFiles()
		if len(files) == 0 {
			return
		}
		watcher, err := watch.NewWatcher(files, func(string, bool) bool { return false })
		if err != nil {
			w.s.Sink(event.Message{Level: event.Warn, Text: "changes of the project's own files will not be noticed: " + err.Error()})
			return
		}
		renewed := w.configRound(ctx, watcher, files)
		_ = watcher.Close()
		if !renewed {
			continue
		}
		select {
		case changed <- struct{}{}:
		case <-ctx.Done():
		}
	}
}

// configRound waits until files are other than they were read, and has that
// applied. It returns when there is a new project, or ctx ends.
func (w *watching) configRound(ctx context.Context, watcher watch.Watcher, files []string) (renewed bool) {
	rested := false // what changed before this began may be half there
	for {
		now := sumsOf(files) // the watcher watches already: nothing is lost between
		if differs := differ(w.read, now); !differs || !rested {
			var quiet <-chan time.Time
			if differs {
				quiet = time.After(configQuiet)
			}
			if !settled(ctx, watcher.Changes(), quiet) {
				return false
			}
			rested = true
			continue
		}
		w.read, rested = now, false // while it is applied, or asked about, somebody may save again
		if w.reload(ctx) {
			return true
		}
	}
}

// addSums takes in those of files that the project before did not have, at once
// when they were read: applying the project takes its time, and they may change
// meanwhile.
func (w *watching) addSums(p *project.Project) {
	for file, sum := range sumsOf(p.WatchedFiles()) {
		if _, old := w.read[file]; !old {
			w.read[file] = sum
		}
	}
}

// settled waits for a change, or for quiet where that is not nil, and until no more
// come for a while. It is false where ctx ends first.
func settled(ctx context.Context, changes <-chan watch.Changed, quiet <-chan time.Time) bool {
	for {
		select {
		case _, ok := <-changes:
			if !ok {
				changes = nil
				if quiet == nil {
					<-ctx.Done()
				}
				continue
			}
			quiet = time.After(configQuiet)
		case <-quiet:
			return true
		case <-ctx.Done():
			return false
		}
	}
}

// sums are of files' contents, by the files' names.
type sums map[string][sha256.Size]byte

func sumsOf(files []string) sums {
	all := sums{}
	for _, file := range files {
		all[file] = digest(file)
	}
	return all
}

// comparedBytes is up to which size a file's content is compared; of a larger one, which
// may be a secret's or config's, its size and time are.
const comparedBytes = 16 << 20

// digest is the sum of a file's content; zeros, where it cannot be read or is no file any
// more.
func digest(file string) (sum [sha256.Size]byte) {
	f, err := regular.Open(file)
	if err != nil {
		return sum
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return sum
	}
	h := sha256.New()
	if info.Size() > comparedBytes {
		fmt.Fprintf(h, "%d %d", info.Size(), info.ModTime().UnixNano())
	} else if _, err := io.Copy(h, io.LimitReader(f, comparedBytes)); err != nil {
		return sum
	}
	h.Sum(sum[:0])
	return sum
}

// differ tells whether a file that both have has changed.
func differ(was, is sums) bool {
	for file, sum := range is {
		if old, ok := was[file]; ok && old != sum {
			return true
		}
	}
	return false
}

// reload reads the project again and applies what that changes. It is false
// where the old one goes on: the new one is broken, or not wanted.
func (w *watching) reload(ctx context.Context) bool {
	p, err := w.o.Reload(ctx)
	if ctx.Err() != nil {
		return false
	}
	var rules []watch.Rule
	var notes []string
	if err == nil {
		w.addSums(p)
		rules, notes, err = rulesOf(p, w.o.Services)
	}
	if err == nil {
		err = w.renamed(p)
	}
	if err != nil {
		w.s.Sink(event.Message{Level: event.Warn, Text: "the project's files changed and cannot be used, what was read before goes on"})
		w.warn(err)
		return false
	}
	ok, err := w.reconfigure(ctx, p, rules)
	if err != nil && ctx.Err() == nil {
		w.warn(err)
	}
	if !ok {
		return false
	}
	w.show(notes)
	return true
}

// renamed is an error where a project is called otherwise than the one that is
// watched: it would be another project, and the old one's containers would run on.
func (w *watching) renamed(p *project.Project) error {
	if p.Name == w.s.Name {
		return nil
	}
	return hint.New(fmt.Sprintf("the project is called %q now, %q is watched", p.Name, w.s.Name),
		fmt.Sprintf("end this, remove the old one by compose -p %s down, and watch again", w.s.Name))
}

// reconfigure shows what a changed project asks for, and applies it where the
// user wants that. It is false where the old project stays.
func (w *watching) reconfigure(ctx context.Context, p *project.Project, rules []watch.Rule) (bool, error) {
	s := w.s.For(p)
	o := planner.UpOptions{RemoveOrphans: w.o.RemoveOrphans, IgnoreOrphans: true}
	made, err := planAlone(ctx, s, o)
	if err != nil {
		return false, err
	}
	if !made.Needs() {
		w.adopt(p, rules)
		s.Sink(event.Message{Level: event.Info, Text: "the project's files changed: nothing to do"})
		return true, nil
	}
	s.Sink(event.Message{Level: event.Info, Text: "the project's files changed:"})
	if w.o.ShowPlan != nil {
		w.o.ShowPlan(p.Name, made.Plan)
	}
	if yes, err := w.agreed(ctx, s); err != nil || !yes {
		return false, err
	}
	ctx, done, err := s.TakeTurn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	w.adopt(p, rules)
	return true, w.bring(ctx, s.Later(), rules, o)
}

// planAlone plans without applying: rebuilds go on while the user thinks about it, and
// who applies plans again.
func planAlone(ctx context.Context, s *session.Session, o planner.UpOptions) (*session.Planned, error) {
	ctx, done, err := s.TakeTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return s.PlanUp(ctx, session.UpOptions{UpOptions: o})
}

// agreed tells whether the plan that was shown is to be applied. An answer to what
// the files do not say any more is none: they are read again.
func (w *watching) agreed(ctx context.Context, s *session.Session) (bool, error) {
	switch w.o.Apply {
	case ApplyOff:
		s.Sink(event.Message{Level: event.Info, Text: "not applied (--apply-config=off)", Hint: "compose up -d applies it"})
		return false, nil
	case ApplyAuto:
		return true, nil
	}
	ask := plan.Ask{Text: "Apply this? (--apply-config=auto does without asking)", Agrees: "--apply-config=auto"}
	yes, err := s.Answer(ctx, ask, session.AnswerAsked)
	switch {
	case err != nil:
		return false, err
	case !yes:
		s.Sink(event.Message{Level: event.Info, Text: "not applied", Hint: "compose up -d applies it"})
		return false, nil
	case differ(w.read, sumsOf(s.Project.WatchedFiles())):
		s.Sink(event.Message{Level: event.Info, Text: "not applied: the files changed again since this was asked"})
		return false, nil
	}
	return true, nil
}

// adopt makes a project the one that is watched.
func (w *watching) adopt(p *project.Project, rules []watch.Rule) {
	w.mu.Lock()
	old := w.p
	w.p, w.rules = p, rules
	w.mu.Unlock()
	if w.adopted != nil {
		w.adopted(p)
	}
	for _, name := range old.ServiceNames() {
		if !p.Known(name) && !w.o.RemoveOrphans {
			w.s.Sink(event.Message{
				Level: event.Warn, Text: fmt.Sprintf("service %q is no part of the project any more, its containers run on", name),
				Hint: "compose up -d --remove-orphans removes them",
			})
		}
	}
}

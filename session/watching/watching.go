// Package watching has a project's services follow the changes of their files, and the
// project those of its own: watch.Run says what is to be done, and it is done to the
// containers of a session. The command watch and the attached up use it.
package watching

import (
	"context"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine/filesync"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/watch"
)

// ApplyConfig says what follows a change of the project's own files.
type ApplyConfig string

// The values of --apply-config.
const (
	ApplyAsk  ApplyConfig = "ask" // the plan is shown, and applied where the user agrees
	ApplyAuto ApplyConfig = "auto"
	ApplyOff  ApplyConfig = "off" // nothing but a message
)

// Options say how a project is watched.
type Options struct {
	// Services to watch; empty: the project's targets, or all.
	Services []string
	// Prune removes the images that rebuilds leave without a name.
	Prune bool
	// RemoveOrphans has a changed project remove the containers of services that it
	// has no more.
	RemoveOrphans bool
	// Apply is what follows a change of the project's files; "": ApplyAsk.
	Apply ApplyConfig
	// ShowPlan shows what a change of the project's files comes to; nil: nobody does.
	ShowPlan func(project string, p *plan.Plan)
	// Outputs are the files that the program prints to, as they are when watching
	// begins; nil: none.
	Outputs func() []fs.FileInfo
	// Since is when the project began to be read. What was written to its files
	// around then may have been read by half, and is read again.
	Since time.Time
	// Reload reads the project again.
	Reload func(ctx context.Context) (*project.Project, error)
}

// Watch has a session's services follow the changes of their files until ctx
// ends, which is the error it returns, or what keeps them from it. up is nil where
// everything runs already; else it is what comes first.
func Watch(ctx context.Context, s *session.Session, up *session.UpOptions, o Options) error {
	s, err := ReadWhole(ctx, s, o)
	if err != nil {
		return err
	}
	w, err := prepared(s, o)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.look(ctx); err != nil {
		return err
	}
	if up != nil {
		if err := w.up(ctx, *up); err != nil {
			return err
		}
	}
	return w.run(ctx)
}

// watching is a session that watches. It implements watch.Services.
type watching struct {
	s     *session.Session
	o     Options
	sync  *filesync.Syncer
	known *watch.Known
	// renewed brings services whose containers came or went.
	renewed chan string
	// adopted is called with each project that takes the place of the one before; nil:
	// nothing is.
	adopted func(*project.Project)

	outputs []fs.FileInfo // files that the program prints to

	notes []string // what was derived, of the last project; watchConfig's
	read  sums     // of the project's files as they were when it was read; watchConfig's

	mu    sync.Mutex // guards below
	p     *project.Project
	rules []watch.Rule
}

// prepared is a watching that has not begun. It tells what was derived.
func prepared(s *session.Session, o Options) (*watching, error) {
	rules, notes, err := rulesOf(s.Project, o.Services)
	if err != nil {
		return nil, err
	}
	if len(rules) == 0 && len(notes) == 0 { // what reloads by itself is watched for its configuration
		return nil, hint.New("none of the selected services is configured for watch, consider setting a 'develop' section",
			"or bind-mount the source of one, as in volumes: [.:/app]: it is restarted when that changes")
	}
	w := &watching{
		s: s, o: o, p: s.Project, rules: rules, known: new(watch.Known),
		renewed: make(chan string), read: sumsOf(s.Project.WatchedFiles()),
	}
	if o.Outputs != nil {
		w.outputs = o.Outputs()
	}
	if !s.DryRun {
		w.sync = filesync.New(s.Client, filesync.Options{
			Engine: s.Engine.Name, Arch: s.Engine.Arch,
		})
	}
	for _, text := range s.Project.RenamedAttributes() {
		s.Sink(event.Message{Level: event.Warn, Text: text})
	}
	w.show(notes)
	return w, nil
}

// show says what was derived, where that was not said of the project before.
func (w *watching) show(notes []string) {
	for _, note := range notes {
		if !slices.Contains(w.notes, note) {
			w.s.Sink(event.Message{Level: event.Info, Text: note})
		}
	}
	w.notes = notes
}

// rulesOf are those of the services that are watched: their own, and for those
// that have none what their bind mounts imply.
func rulesOf(p *project.Project, services []string) (rules []watch.Rule, notes []string, err error) {
	if len(services) == 0 {
		services = p.Targets
	}
	if rules, err = watch.Rules(p); err != nil {
		return nil, nil, err
	}
	derived, notes, err := watch.Derive(p, build.ReadDockerfile, services...)
	if err != nil {
		return nil, nil, err
	}
	rules = append(rules, derived...)
	if len(services) == 0 {
		return rules, notes, nil
	}
	return slices.DeleteFunc(rules, func(r watch.Rule) bool { return !slices.Contains(services, r.Service) }), notes, nil
}

// project is the one that was loaded last.
func (w *watching) project() (*project.Project, []watch.Rule) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.p, w.rules
}

// options are those of the loop.
func (w *watching) options() watch.Options {
	p, _ := w.project()
	return watch.Options{Sink: w.s.Sink, Dir: p.WorkingDir, Renewed: w.renewed, Known: w.known, Outputs: w.outputs}
}

// services are those with rules.
func (w *watching) services() []string {
	_, rules := w.project()
	var names []string
	for _, r := range rules {
		names = append(names, r.Service)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

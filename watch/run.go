package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/event"
)

// Options say how Run and InitialSync work. Sink must be set.
type Options struct {
	Sink event.Sink
	// Dir is the folder that paths are shown relative to; "": the rule's.
	Dir string
	// Watcher makes the watcher of the roots, absolute folders and files, which
	// may not exist yet; ignore tells the paths below them that nobody wants. nil:
	// NewWatcher.
	Watcher func(roots []string, ignore func(path string, dir bool) bool) (Watcher, error)
	// Renewed names services whose containers came, went or were recreated. nil:
	// Run asks for the containers at every change.
	Renewed <-chan string
	// Outputs are files that this program prints to: they are not followed, since
	// what it says of them would be the next change.
	Outputs []fs.FileInfo
	// Known is what the containers hold, shared by InitialSync and Run so that
	// nothing is copied twice, and no change is lost that comes between: the first
	// call that has it looks at the folders. nil: nothing is known.
	Known *Known
}

// InitialSync brings containers that are new to o.Known up to date: it copies
// what rules with InitialSync name, and, while Run runs with the same Known,
// what was synced since the image was built. It works on containers that were
// created and not yet started, and may be called from within Services.Rebuild.
//
// It is an error if a pattern of a rule cannot be parsed; other errors are those of
// Services, with the service's name. It returns the first.
func InitialSync(ctx context.Context, rules []Rule, s Services, o Options) error {
	k := o.Known
	if k == nil {
		k = new(Known)
	}
	touched, err := k.add(rules)
	if err != nil {
		return err
	}
	r := &runner{Known: k, Options: o, do: s}
	k.mu.Lock()
	if !k.running {
		r.rescan()
	}
	k.mu.Unlock()
	group, ctx := errgroup.WithContext(ctx)
	for _, svc := range touched {
		group.Go(func() error {
			j := job{service: svc, detected: time.Now(), refresh: true, patchOnly: true}
			if err := r.serve(ctx, &j); err != nil {
				return fmt.Errorf("syncing service %q: %w", svc.name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// Run has the services follow what changes in the rules' folders until ctx ends,
// which is no error. It emits event.Synced for each service and batch, says
// what Rebuild is called for, and syncs initially what InitialSync has not.
//
// It is an error if a pattern of a rule cannot be parsed, if Options.Watcher fails, or if
// the watcher ends by itself. Errors of Services are events, and the call is repeated.
func Run(ctx context.Context, rules []Rule, s Services, o Options) error {
	if o.Known == nil {
		o.Known = new(Known)
	}
	if o.Watcher == nil {
		o.Watcher = NewWatcher
	}
	services, err := o.Known.add(rules)
	if err != nil {
		return err
	}
	o.Known.only(rules)
	for _, r := range rules {
		if r.Note != "" {
			o.Sink(event.Message{Level: event.Warn, Text: r.Note})
		}
	}
	l := newLoop(&runner{Known: o.Known, Options: o, do: s})
	w, err := o.Watcher(l.roots(), l.ignored)
	if err != nil {
		return fmt.Errorf("watching: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	err = l.run(ctx, w, services)
	cancel()
	l.wait()
	return errors.Join(err, w.Close())
}

// runner is what InitialSync and Run have in common.
type runner struct {
	*Known
	Options
	do Services
}

// rescan looks at all trees; mu is held.
func (r *runner) rescan() (touched []*service) {
	for _, key := range slices.Sorted(maps.Keys(r.trees)) {
		touched = append(touched, r.look(r.trees[key], []string{"."})...)
	}
	return touched
}

// look looks at paths of a tree; mu is held.
func (r *runner) look(t *tree, paths []string) []*service {
	t.outputs = r.Outputs
	touched := r.apply(t, t.look(paths))
	touched = append(touched, r.findUnverified(t)...)
	for _, rel := range t.newRefused {
		why := t.refused[rel]
		r.Sink(event.Message{
			Level: event.Warn, Hint: why.hint,
			Text: fmt.Sprintf("%s is not synced: %s", filepath.Join(t.root, filepath.FromSlash(rel)), why.why),
		})
	}
	t.newRefused = nil
	return touched
}

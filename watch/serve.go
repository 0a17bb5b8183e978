package watch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/event"
)

// shownPaths is how many paths an event.Synced names.
const shownPaths = 10

// job is one service's part of a batch.
type job struct {
	service   *service
	detected  time.Time
	refresh   bool   // ask which containers there are
	patchOnly bool   // something else takes care of the actions
	reported  string // an error that the user knows
	left      bool   // something was gone when it was to be written: it is to be looked at again
}

// outcome is what a job did.
type outcome struct {
	paths      map[string]Entry // absolute, on this machine: what is there now
	missed     map[string]Entry // the same, of what some container did not get
	containers int
	left       bool           // as in job
	uncopied   bool           // there are changes that are not copied
	due        map[*rule]bool // whose action follows
	restart    bool
	hooks      []types.ServiceHook
	action     Action
}

// serve brings a service's containers up to date: deletes, writes, and then the
// actions that the rules of the changed paths ask for.
func (r *runner) serve(ctx context.Context, j *job) error {
	out := outcome{paths: map[string]Entry{}, missed: map[string]Entry{}, due: map[*rule]bool{}, action: Sync}
	missed := r.bring(ctx, j, &out)
	if missed != nil && !j.refresh {
		j.refresh = true // the container may be gone, and another be there
		missed = r.bring(ctx, j, &out)
	}
	j.left = out.left
	var failed error
	if !j.patchOnly && (out.containers > 0 || out.uncopied) {
		failed = r.act(ctx, j.service, &out)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err := errors.Join(missed, failed)
	known := err != nil && err.Error() == j.reported
	if len(out.paths) > 0 && (failed == nil || !known) {
		r.tell(j, &out, out.paths, failed)
	}
	if missed != nil && !known {
		r.tell(j, &outcome{action: Sync}, out.missed, missed)
	}
	return err
}

// tell says what became of paths.
func (r *runner) tell(j *job, out *outcome, paths map[string]Entry, err error) {
	writes, deletes := counts(paths)
	r.Sink(event.Synced{
		Service: j.service.name, Action: string(out.action),
		Writes: writes, Deletes: deletes, Paths: r.shown(maps.Keys(paths)),
		Containers: out.containers, Detected: j.detected, Took: time.Since(j.detected), Err: err,
	})
}

// bring patches all containers that need it. Where that fails, each rule is tried
// by itself: a full volume is no reason to keep the rest from the others.
func (r *runner) bring(ctx context.Context, j *job, out *outcome) error {
	s := j.service
	if j.refresh {
		list, err := r.do.Containers(ctx, s.name)
		if err != nil {
			return fmt.Errorf("listing containers: %w", err)
		}
		r.reconcile(s, list)
	}
	r.verify(ctx, s)
	clear(out.missed)
	err := r.patch(ctx, j, s.rules, out)
	if err == nil || len(s.rules) == 1 {
		return err
	}
	clear(out.missed)
	var errs []error
	for _, of := range s.rules {
		errs = append(errs, r.patch(ctx, j, []*rule{of}, out))
	}
	return errors.Join(errs...)
}

// patch sends what the containers lack by some of the service's rules, to all at
// once.
func (r *runner) patch(ctx context.Context, j *job, rules []*rule, out *outcome) error {
	r.mu.Lock()
	works := j.service.take(rules)
	r.collect(j, out)
	r.mu.Unlock()
	var group errgroup.Group
	var mu sync.Mutex // guards out and below
	var errs []error
	reached := 0
	for _, w := range works {
		group.Go(func() error {
			left, err := r.do.Patch(ctx, j.service.name, w.Container, w.patch)
			left = append(left, w.patch.changedSince()...)
			r.mu.Lock()
			w.done(left, err)
			r.mu.Unlock()
			mu.Lock()
			defer mu.Unlock()
			out.left = out.left || len(left) > 0
			if err != nil {
				w.note(out.missed)
				errs = append(errs, fmt.Errorf("container %s: %w", w.Name, err))
				return nil
			}
			reached++
			w.note(out.paths)
			for of := range w.sent {
				out.due[of] = true
			}
			return nil
		})
	}
	_ = group.Wait() // it has none: errs has them
	out.containers = max(out.containers, reached)
	return errors.Join(errs...)
}

// collect takes in the changes that are not copied. mu is held.
func (r *runner) collect(j *job, o *outcome) {
	for _, of := range j.service.rules {
		if j.patchOnly || of.Action == Rebuild || of.mountGone() {
			continue
		}
		r.filterOwn(of, j.detected)
		for _, c := range of.pending {
			if len(j.service.replicas) > 0 {
				o.uncopied, o.due[of] = true, true
				of.note(o.paths, c.path, c.new)
			}
		}
		clear(of.pending)
	}
}

// note adds a path below the rule's to some.
func (r *rule) note(paths map[string]Entry, rel string, now Entry) {
	paths[filepath.Join(r.Path, filepath.FromSlash(rel))] = now
}

func (w *patchWork) note(paths map[string]Entry) {
	for of, sent := range w.sent {
		for p, now := range sent {
			of.note(paths, p, now)
		}
	}
}

// counts are how many paths are there, and how many are gone. One that two rules
// are about is one change.
func counts(paths map[string]Entry) (writes, deletes int) {
	for _, now := range paths {
		if now.absent() {
			deletes++
		}
	}
	return len(paths) - deletes, deletes
}

// wants takes in a rule whose action is due.
func (o *outcome) wants(r *rule) {
	switch r.Action {
	case Restart, SyncRestart:
		o.restart = true
	case SyncExec:
		o.hooks = append(o.hooks, r.Exec)
	default:
		return
	}
	if o.action == Sync || o.action == SyncExec {
		o.action = r.Action
	}
}

// act is the one action of a batch: a restart, and the commands after it.
func (r *runner) act(ctx context.Context, s *service, o *outcome) error {
	for _, of := range s.rules {
		if o.due[of] {
			o.wants(of)
		}
	}
	if o.containers == 0 {
		r.mu.Lock()
		o.containers = len(s.replicas)
		r.mu.Unlock()
	}
	if o.restart {
		if err := r.do.Restart(ctx, s.name); err != nil {
			return fmt.Errorf("restarting: %w", err)
		}
	}
	for _, hook := range o.hooks {
		if err := r.do.Exec(ctx, s.name, hook); err != nil {
			return fmt.Errorf("running %q: %w", hook.Command, err)
		}
	}
	if o.restart || len(o.hooks) > 0 {
		r.mu.Lock()
		s.acted(time.Now())
		r.mu.Unlock()
	}
	return nil
}

// shown are the first paths, as the user calls them.
func (r *runner) shown(paths iter.Seq[string]) []string {
	all := slices.Compact(slices.Sorted(paths))
	all = all[:min(len(all), shownPaths)]
	for i, p := range all {
		if rel, err := filepath.Rel(r.Dir, p); err == nil && r.Dir != "" && filepath.IsLocal(rel) {
			all[i] = rel
		}
	}
	return all
}

// Under is where a path of this machine is in the container, by the rule; false:
// the rule copies nothing there.
func (r Rule) Under(p string) (string, bool) {
	rel, ok := relative(r.Path, p)
	if !ok || r.Target == "" {
		return "", false
	}
	return path.Join(r.Target, rel), true
}

package session

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/project/diagnostic"
)

// recordTime bounds what is asked of the engine for a deployment that ended.
const recordTime = 5 * time.Second

// record is what goes into one deployment, or into one entry below it: all steps of
// several plans. It is guarded by its Recorder's lock.
type record struct {
	r     *Recorder
	later bool           // it is an entry
	title string         // the first plan's
	steps []plan.Step    // with their ids counted through
	tried map[int]bool   // steps that were carried out
	done  map[int]bool   // those that ended well
	began time.Time      // zero: nothing is written
	entry *history.Entry // once it began, of an entry
	skip  bool           // it cannot be written
	down  downtimes
}

// Later is this session for what a command does after it brought the project to where it
// was to be: where files changed, or when the command ends. It is recorded as an entry
// below the deployment that is the newest by then.
func (s *Session) Later() *Session {
	if s.Recorder == nil {
		return s
	}
	other := *s
	other.record = &record{r: s.Recorder, later: true}
	return &other
}

// recording joins a plan that is carried out with its record.
type recording struct {
	plan.Doer
	s      *Session
	to     *record
	offset int // of the plan's step ids in the record
	begin  sync.Once
}

// recordBy has what a doer does recorded; nil: nothing is.
func (s *Session) recordBy(p *plan.Plan, d plan.Doer) *recording {
	if s.Recorder == nil || !p.Needs() {
		return nil
	}
	to := s.record
	if to == nil {
		to = s.Recorder.whole
	}
	r := &recording{Doer: d, s: s, to: to}
	r.offset = to.add(p)
	return r
}

// add takes a plan's steps in, and returns by how much their ids are higher there.
func (to *record) add(p *plan.Plan) (offset int) {
	to.r.mu.Lock()
	defer to.r.mu.Unlock()
	if to.tried == nil {
		to.title, to.tried, to.done = p.Title, map[int]bool{}, map[int]bool{}
	}
	offset = len(to.steps)
	for _, s := range p.Steps {
		s.ID += offset
		s.After = slices.Clone(s.After)
		for i := range s.After {
			s.After[i] += offset
		}
		to.steps = append(to.steps, s)
	}
	return offset
}

// Do carries one step out. Before the first that changes more than images, the deployment
// is written.
func (r *recording) Do(ctx context.Context, s plan.Step, done *plan.Results) (plan.Result, error) {
	if planner.ChangesProject(s.Action) {
		r.begin.Do(func() { r.write(ctx) })
	}
	began := time.Now()
	res, err := r.Doer.Do(ctx, s, done)
	r.to.r.mu.Lock()
	defer r.to.r.mu.Unlock()
	if err == nil {
		r.to.down.saw(s.Action, began, time.Now())
	}
	r.to.tried[s.ID+r.offset] = true
	r.to.done[s.ID+r.offset] = err == nil
	return res, err
}

// write writes that the deployment, or the entry, has begun.
func (r *recording) write(ctx context.Context) {
	rec, to := r.to.r, r.to
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if !to.began.IsZero() || to.skip {
		return
	}
	to.began = time.Now().UTC()
	if err := r.s.begin(ctx, to); err != nil {
		to.skip = true
		r.s.unrecorded(err)
	}
}

// begin begins a record. The caller has the lock.
func (s *Session) begin(ctx context.Context, to *record) error {
	store, err := to.r.open(ctx, s)
	if err != nil {
		return err
	}
	if to.later {
		newest, err := store.Newest()
		if err != nil {
			return err
		}
		if newest != nil {
			to.entry = &history.Entry{Began: to.began, Changes: to.changes(nil), Outcome: history.Outcome{Result: history.Begun}}
			newest.PutEntry(*to.entry)
			to.r.now = newest
			return store.Put(newest)
		}
	}
	d, err := s.deployment(to)
	if err != nil {
		return err
	}
	if err := store.Begin(d); err != nil {
		return err
	}
	to.r.now = d
	return nil
}

// deployment is one that begins.
func (s *Session) deployment(to *record) (*history.Deployment, error) {
	o := to.r.o
	d := &history.Deployment{
		PlanID: cmp.Or(o.PlanID, rand.Text()), Project: s.Name, Engine: to.r.engine,
		Began: to.began, User: o.User, Host: o.Host, Tool: project.ToolVersion, Command: o.Command, Back: o.Back,
		Changes: to.changes(nil), Outcome: history.Outcome{Result: history.Begun},
	}
	var err error
	if d.Plan, err = json.Marshal(&plan.Plan{Title: to.title, Steps: to.steps}); err != nil || s.Project == nil {
		return d, err
	}
	d.Dir, d.Files, d.Targets = s.Project.WorkingDir, s.Project.ComposeFiles, s.Project.Targets
	d.Definition, err = s.Project.Keep()
	return d, err
}

// changes are what steps come to; of is which; nil: all.
func (to *record) changes(of map[int]bool) []plan.Change {
	var p plan.Plan
	for _, s := range to.steps {
		if of == nil || of[s.ID] {
			s.When = nil // it is known
			p.Steps = append(p.Steps, s)
		}
	}
	if all := p.Changes(); all != nil {
		return all
	}
	return []plan.Change{}
}

// end writes how a plan ended, with its error. What of it cannot be had is left out.
func (r *recording) end(ctx context.Context, err error) {
	if r == nil || !r.to.written() {
		return
	}
	interrupted := errors.Is(ctx.Err(), context.Canceled) // --wait-timeout is no interruption
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	outcome := outcomeOf(err, interrupted)
	if outcome.Result == history.Failed {
		outcome.Explained = r.s.explained(ctx, r.to.failed())
	}
	var images map[string]history.Image
	if r.to.entry == nil {
		images = r.s.deployedImages(ctx)
	}
	r.to.r.mu.Lock()
	defer r.to.r.mu.Unlock()
	failed := r.put(outcome, images)
	if now := r.to.r.now; failed == nil && outcome.Result == history.Done && r.to.entry == nil && now.Definition != nil {
		failed = r.s.keepImages(ctx, r.to.r)
	}
	if failed != nil {
		r.s.unrecorded(failed)
	}
}

// written tells whether the record has begun.
func (to *record) written() bool {
	to.r.mu.Lock()
	defer to.r.mu.Unlock()
	return !to.began.IsZero() && !to.skip
}

// put writes the outcome. The caller has the lock.
func (r *recording) put(outcome history.Outcome, images map[string]history.Image) error {
	to, rec := r.to, r.to.r
	now := time.Now().UTC()
	d, err := rec.store.Get(rec.now.Number) // others may have put an entry below it
	if err != nil {
		return err
	}
	if to.entry != nil {
		to.entry.Ended, to.entry.Changes, to.entry.Outcome = now, to.changes(to.tried), outcome
		d.PutEntry(*to.entry)
		return rec.store.Put(d)
	}
	d.Ended, d.Changes, d.Outcome, d.Images = now, to.changes(to.tried), outcome, images
	d.Down = to.down.milliseconds()
	if d.Plan, err = json.Marshal(&plan.Plan{Title: to.title, Steps: to.steps}); err != nil {
		return err
	}
	d.Done = []int{}
	for _, s := range to.steps {
		if to.done[s.ID] {
			d.Done = append(d.Done, s.ID)
		}
	}
	return rec.store.Put(d)
}

// failed are the services of steps that did not end well.
func (to *record) failed() []string {
	to.r.mu.Lock()
	defer to.r.mu.Unlock()
	var services []string
	for _, s := range to.steps {
		if ref := s.Action.Resource(); to.tried[s.ID] && !to.done[s.ID] && ref.Kind == event.Container {
			services = append(services, ref.Service)
		}
	}
	slices.Sort(services)
	return slices.Compact(services)
}

const (
	maxErrors    = 20  // of a deployment
	maxErrorText = 500 // bytes of each
)

func outcomeOf(err error, interrupted bool) history.Outcome {
	switch {
	case err == nil:
		return history.Outcome{Result: history.Done}
	case interrupted:
		return history.Outcome{Result: history.Interrupted}
	}
	o := history.Outcome{Result: history.Failed}
	for _, e := range diagnostic.Split(err) {
		text := e.Error()
		o.Errors = append(o.Errors, text[:min(len(text), maxErrorText)])
	}
	o.Errors = o.Errors[:min(len(o.Errors), maxErrors)]
	return o
}

// explained are what explain says of services, a sentence each.
func (s *Session) explained(ctx context.Context, services []string) []string {
	if len(services) == 0 || s.Project == nil {
		return nil
	}
	all, err := s.Explain(ctx, ExplainOptions{Services: services[:min(len(services), maxErrors)]})
	if err != nil {
		s.unrecorded(err)
	}
	var sentences []string
	for _, e := range all {
		sentences = append(sentences, e.Summary)
	}
	return sentences
}

// deployedImages are the images of the project's containers; nil where they cannot be had.
func (s *Session) deployedImages(ctx context.Context) map[string]history.Image {
	if s.Project == nil {
		return nil
	}
	found, err := observe.DeployedImages(ctx, s.Reader, s.Name)
	if err != nil {
		s.unrecorded(err)
		return nil
	}
	images := map[string]history.Image{}
	for name := range s.Project.Services {
		if i, ok := found[name]; ok {
			images[name] = history.Image{Ref: s.Project.ImageName(name), ID: i.ID, Digests: i.Digests, Platform: i.Platform, Size: i.Size}
		}
	}
	return images
}

package watch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// build is one call of Services.Rebuild.
type build struct {
	want   map[*service]outcome
	since  time.Time
	cancel context.CancelFunc
	ended  chan struct{}
	after  []*build // cancelled ones, which it is instead of
	err    error
	void   bool // another is instead of it
}

// takeRebuilds are the services that a change asks to rebuild, and for what. mu
// is held.
func (l *loop) takeRebuilds(touched []*service) map[*service]outcome {
	want := map[*service]outcome{}
	for _, s := range touched {
		for _, r := range s.rules {
			if r.Action != Rebuild {
				continue
			}
			if l.filterOwn(r, time.Now()); len(r.pending) == 0 {
				continue
			}
			o, ok := want[s]
			if !ok {
				o = outcome{paths: map[string]Entry{}}
			}
			for _, c := range r.pending {
				r.note(o.paths, c.path, c.new)
			}
			clear(r.pending)
			want[s] = o
		}
	}
	for s := range want {
		for _, r := range s.rules {
			clear(r.pending) // a new container needs no restart
		}
	}
	return want
}

// rebuild starts a build, in place of the running ones that have a service in
// common with it.
func (l *loop) rebuild(ctx context.Context, want map[*service]outcome, since time.Time) {
	if len(want) == 0 {
		return
	}
	b := &build{want: want, since: since, ended: make(chan struct{})}
	for _, running := range l.builds {
		if !running.void && shared(running.want, want) {
			running.void = true
			running.cancel()
			b.after = append(b.after, running)
		}
	}
	for _, old := range b.after {
		for s, o := range old.want {
			if mine, ok := want[s]; ok {
				for p, then := range o.paths {
					if _, again := mine.paths[p]; !again {
						mine.paths[p] = then
					}
				}
				continue
			}
			want[s] = o
		}
		b.since = old.since
	}
	ctx, b.cancel = context.WithCancel(ctx)
	l.builds = append(l.builds, b)
	l.wg.Go(func() {
		l.runBuild(ctx, b)
		close(b.ended)
		l.rebuilt <- b
	})
}

func shared(a, b map[*service]outcome) bool {
	for s := range a {
		if _, ok := b[s]; ok {
			return true
		}
	}
	return false
}

func (l *loop) runBuild(ctx context.Context, b *build) {
	defer b.cancel()
	for _, old := range b.after {
		<-old.ended
	}
	if b.err = ctx.Err(); b.err != nil {
		return
	}
	var names []string
	l.mu.Lock()
	for s := range b.want {
		s.startBuild()
		names = append(names, s.name)
	}
	l.mu.Unlock()
	slices.Sort(names)
	l.Sink(event.Message{Level: event.Plain, Text: fmt.Sprintf("Rebuilding service(s) %q after changes were detected...", names)})
	b.err = l.do.Rebuild(ctx, names)
	l.mu.Lock()
	for s := range b.want {
		s.endBuild(b.err)
		if ctx.Err() == nil { // a cancelled one started nothing
			s.acted(time.Now())
		}
	}
	l.mu.Unlock()
}

// built tells what became of a build, and has the new containers follow what
// changed meanwhile.
func (l *loop) built(ctx context.Context, b *build) {
	l.builds = slices.DeleteFunc(l.builds, func(o *build) bool { return o == b })
	if ctx.Err() != nil {
		return
	}
	if b.void && b.err != nil {
		return
	}
	for _, s := range slices.SortedFunc(maps.Keys(b.want), byName) {
		o := b.want[s]
		l.mu.Lock()
		containers := len(s.replicas)
		l.mu.Unlock()
		writes, deletes := counts(o.paths)
		l.Sink(event.Synced{
			Service: s.name, Action: string(Rebuild), Writes: writes, Deletes: deletes,
			Paths: l.shown(maps.Keys(o.paths)), Containers: containers,
			Detected: b.since, Took: time.Since(b.since), Err: b.err,
		})
		l.ask(ctx, job{service: s, detected: time.Now(), refresh: true})
	}
}

func byName(a, b *service) int {
	if a.name < b.name {
		return -1
	}
	if a.name > b.name {
		return 1
	}
	return 0
}

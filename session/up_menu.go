package session

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Verb is what a Command asks for.
type Verb uint8

// The verbs of commands.
const (
	Detach  Verb = iota // leave, and leave the containers running
	Restart             // the service's containers
	Rebuild             // the service's image, and recreate its containers
	Open                // the service's published port, by FollowOptions.OpenURL
	ToggleWatch
)

// Command is what a user asks of an attached up while it shows what runs.
type Command struct {
	Verb    Verb
	Service string
}

// Menu is where an attached up gets its commands from. The session begins it
// once everything is up, takes one command after the other, and calls close
// before it stops anything and in the end.
type Menu func(ctx context.Context) (commands <-chan Command, close func())

// handle carries a command out. A failure is told and ends nothing; detached
// tells that the user leaves.
func (f *follower) handle(ctx context.Context, c Command) (detached bool) {
	var err error
	switch c.Verb {
	case Detach:
		f.s.Sink(event.Message{Level: event.Info, Text: "detached: the containers run on", Hint: "compose logs -f shows them again, compose down ends them"})
		return true
	case Restart:
		err = f.meant(ctx, c.Service, func() error {
			if f.watching != nil {
				f.watching.planning.Lock()
				defer f.watching.planning.Unlock()
			}
			return f.s.Restart(ctx, planner.LifecycleOptions{Services: []string{c.Service}, Timeout: f.o.Timeout, NoDeps: true})
		})
	case Rebuild:
		err = f.meant(ctx, c.Service, func() error { return f.rebuild(ctx, c.Service) })
	case Open:
		err = f.open(ctx, c.Service)
	case ToggleWatch:
		err = f.toggleWatch(ctx)
	}
	if err != nil && ctx.Err() == nil {
		f.s.Sink(event.Message{Level: event.Warn, Text: err.Error(), Hint: hint.Of(err)})
	}
	return false
}

// meant does what ends containers of a service: these ends stop nobody else.
func (f *follower) meant(ctx context.Context, service string, do func() error) error {
	set := func(until time.Time) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.pardoned[service] = until
	}
	set(time.Unix(1<<40, 0)) // as long as it takes
	err := do()
	// Their events may come later than this; those of later ends are later.
	now, clock := engine.Now(context.WithoutCancel(ctx), f.s.Reader, f.s.Engine)
	set(now)
	return cmp.Or(err, clock)
}

// rebuild builds a service's image and recreates its containers by it. What
// would lose data is not done: nobody can be asked meanwhile.
func (f *follower) rebuild(ctx context.Context, service string) error {
	one, err := f.project().Select(project.Selection{Services: []string{service}, NoDeps: true})
	if err != nil {
		return err
	}
	if one.Services[service].Build == nil {
		return hint.New(fmt.Sprintf("service %q has no build section", service), "r restarts it")
	}
	if f.watching != nil {
		return f.watching.Rebuild(ctx, []string{service})
	}
	s := *f.s
	s.Project, s.Confirm = one, nil
	plan, err := s.planUp(ctx, UpOptions{UpOptions: planner.UpOptions{
		Build: planner.BuildAlways, IgnoreOrphans: true, Timeout: f.o.Timeout,
	}})
	if err != nil {
		return err
	}
	return s.apply(ctx, plan)
}

// open shows the first port that a service publishes to the user's browser.
func (f *follower) open(ctx context.Context, service string) error {
	c, err := f.s.find(ctx, FindOptions{Service: service})
	if err != nil {
		return err
	}
	for _, p := range c.Publishers {
		if p.PublishedPort == 0 || p.Protocol != "tcp" {
			continue
		}
		return f.o.OpenURL(pageOf(p.URL, p.PublishedPort, p.TargetPort))
	}
	return hint.New(fmt.Sprintf("service %q publishes no port", service), "ports: in the file publishes one")
}

// pageOf is the URL of a published port.
func pageOf(host string, published, target int) string {
	scheme := "http"
	if target == 443 || target == 8443 {
		scheme = "https"
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(published))
}

// toggleWatch begins or ends following the project's files.
func (f *follower) toggleWatch(ctx context.Context) error {
	if f.watching != nil {
		f.endWatch()
		f.s.Sink(event.Message{Level: event.Info, Text: "Watch disabled"})
		return nil
	}
	if f.o.CanWatch == nil {
		return nil
	}
	s := *f.s
	s.Project = f.project()
	w, err := s.watching(*f.o.CanWatch)
	if err != nil {
		return err
	}
	f.beginWatch(ctx, w)
	return nil
}

func (f *follower) beginWatch(ctx context.Context, w *watching) {
	w.adopted = f.adopt
	stop := w.start(ctx)
	f.watching, f.stopWatch = w, func() {
		stop()
		w.close(ctx)
	}
}

// endWatch waits for what the watching is about.
func (f *follower) endWatch() {
	if f.watching != nil {
		f.stopWatch()
		f.watching = nil
	}
}

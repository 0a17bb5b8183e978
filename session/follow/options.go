package follow

import (
	"context"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/follow/account"
)

// Options steer what an attached up follows and when it ends.
type Options struct {
	account.Options
	Timestamps bool
	// Timeout for the stop in the end; nil: each container's own.
	Timeout *time.Duration
	// Watch has the services follow their files from the beginning; nothing but an
	// interrupt, or what the options above say, ends the up then. nil: they don't.
	Watch Watch
	// Menu brings what the user asks for; nil: nobody asks.
	Menu Menu
	// OpenURL shows a page to the user, for the command Open.
	OpenURL func(url string) error
	// CanWatch is what the command ToggleWatch begins and ends; nil: nothing.
	CanWatch Watch
}

// Watch has a project's services follow the changes of their files while an up
// runs. It can be opened again after Close, and goes on where it stopped.
type Watch interface {
	// Open prepares: from the first one on, what changes counts. The error says
	// that nothing can be watched.
	Open(ctx context.Context, s *session.Session) error
	// Prepare creates the containers and gives them what they have synced before
	// they start. It returns the options for the up that starts them. The caller
	// has the turn.
	Prepare(ctx context.Context, o session.UpOptions) (session.UpOptions, error)
	// Start follows the files until Close. It calls adopt, from another goroutine,
	// with each project that takes the place of the one before.
	Start(ctx context.Context, adopt func(*project.Project))
	// Rebuild builds the services' images and recreates their containers.
	Rebuild(ctx context.Context, services []string) error
	// Close ends what Start began, waits for it, and removes what was put into
	// containers. A second call does nothing.
	Close()
}

// check refuses services that are not there, or that nothing would come of.
func (o Options) check(p *project.Project) error {
	if name := o.ExitCodeFrom; name != "" {
		if err := p.Require(name); err != nil {
			return err
		}
		// It would be waited for, and never end.
		if _, selected := p.Services[name]; !selected {
			return hint.New("no such service: "+name+": not included in up", "name "+name+" among the services of up too, or turn its profile on")
		}
	}
	for _, name := range o.Services {
		if err := p.Require(name); err != nil {
			return err
		}
		// Nothing would be shown, and up would end as soon as it is done.
		if _, selected := p.Services[name]; !selected {
			return hint.New("cannot attach to services not included in up: "+name, "name "+name+" among the services of up too, or leave out --attach "+name)
		}
	}
	return nil
}

// warnNotAttached tells of services that --no-attach names and that there are not:
// Docker Compose goes on in silence.
func (o Options) warnNotAttached(s *session.Session) {
	for _, name := range o.Not {
		if err := s.Project.Require(name); err != nil {
			s.Sink(event.Message{Level: event.Warn, Text: "--no-attach " + name + ": " + err.Error(), Hint: hint.Of(err)})
		}
	}
}

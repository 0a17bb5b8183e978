package watching

import (
	"context"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// Toggle is a watching that is begun, ended and begun again while an up runs. It
// implements follow.Watch. Its methods are for one goroutine.
type Toggle struct {
	o Options
	// read are the sums of the project's files as they were brought up.
	read sums
	w    *watching // nil: closed
	last *watching // the one that was closed last; nil: none was
	stop func()    // ends what Start began; nil: it did not
}

// NewToggle returns one that is closed. p is the project as it was loaded: from then
// on what is saved counts.
func NewToggle(p *project.Project, o Options) *Toggle {
	return &Toggle{o: o, read: sumsOf(p.WatchedFiles())}
}

// Open prepares to watch a session's project. The first one looks at the folders; each
// later one goes on where the one before stopped: what changed in between is a change.
// The error says what is wrong with the rules, or that there is none.
func (t *Toggle) Open(ctx context.Context, s *session.Session) error {
	w, err := prepared(s, t.o)
	if err != nil {
		return err
	}
	if t.last != nil {
		w.known, w.read = t.last.known, t.last.read
	} else if err := w.look(ctx); err != nil {
		w.close()
		return err
	} else {
		w.read = t.read
	}
	t.w = w
	return nil
}

// Prepare creates the project's containers and gives them what is synced initially,
// where there is such a rule. It returns the options for the up that starts them. The
// caller has the turn. The error is that of the plan or of the first sync.
func (t *Toggle) Prepare(ctx context.Context, o session.UpOptions) (session.UpOptions, error) {
	return t.w.prepare(ctx, o)
}

// Start follows the files until Close. It calls adopt, from another goroutine, with each
// project that takes the place of the one before.
func (t *Toggle) Start(ctx context.Context, adopt func(*project.Project)) {
	t.w.adopted = adopt
	t.stop = t.w.start(ctx)
}

// Rebuild builds services' images and recreates their containers, as a change that
// asks for it does. The error is an operation's of session.
func (t *Toggle) Rebuild(ctx context.Context, services []string) error {
	return t.w.rebuild(ctx, services, event.Info)
}

// Close ends the watching, waits for what it is about, and removes what was put into
// containers. A second call does nothing.
func (t *Toggle) Close() {
	if t.w == nil {
		return
	}
	if t.stop != nil {
		t.stop()
	}
	t.w.close()
	t.w, t.last, t.stop = nil, t.w, nil
}

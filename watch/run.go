package watch

import (
	"context"
	"errors"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
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
	// Known is what the containers hold, shared by InitialSync and Run so that
	// nothing is copied twice. nil: nothing is known.
	Known *Known
}

// Known is what is known of the containers' trees. Its zero value is empty; it
// is safe for concurrent use, also by InitialSync while Run runs.
type Known struct{}

// Rules are the rules of develop.watch of the project's services, sorted by
// service, in the file's order.
func Rules(p *project.Project) ([]Rule, error) { return nil, nil }

// Derive makes rules for services that bind-mount their source and have no
// develop.watch. The notes say what was derived, a sentence each.
func Derive(p *project.Project) (rules []Rule, notes []string, err error) { return nil, nil, nil }

// NewWatcher watches with the system's notifications, and by polling where they
// run out.
func NewWatcher(roots []string, ignore func(path string, dir bool) bool) (Watcher, error) {
	return nil, errors.ErrUnsupported
}

// InitialSync brings containers that are new to o.Known up to date: it copies
// what rules with InitialSync name, and, while Run runs with the same Known,
// what was synced since the image was built. It works on containers that were
// created and not yet started, and may be called from within Services.Rebuild.
func InitialSync(ctx context.Context, rules []Rule, s Services, o Options) error { return nil }

// Run has the services follow what changes in the rules' folders until ctx ends,
// which is no error. It emits event.Synced for each service and batch, and
// syncs initially what InitialSync has not.
func Run(ctx context.Context, rules []Rule, s Services, o Options) error {
	<-ctx.Done()
	return nil
}

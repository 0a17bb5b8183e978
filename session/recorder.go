package session

import (
	"context"
	"strconv"
	"sync"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/project"
)

// RecorderOptions say what a Recorder knows of the command.
type RecorderOptions struct {
	// Dir is the folder of all histories.
	Dir string
	// Command is what was called, without secrets. User and Host are who called it.
	Command    []string
	User, Host string
	// PlanID is the id of the saved plan that is carried out, and Back the number of the
	// deployment that a rollback goes back to; "" and 0: it is no such command.
	PlanID string
	Back   int
}

// Recorder keeps what a command changes, as a deployment. It is for one command, and safe
// for concurrent use. What it cannot keep is told with --debug, and keeps nothing from
// being done.
type Recorder struct {
	o RecorderOptions

	mu     sync.Mutex // guards below
	store  *history.Store
	engine string              // its id, once the store is open
	whole  *record             // of the plans that bring the project to where it is to be
	now    *history.Deployment // the newest that something was written to; nil: none
}

// NewRecorder makes one for a command.
func NewRecorder(o RecorderOptions) *Recorder {
	r := &Recorder{o: o}
	r.whole = &record{r: r}
	return r
}

// EngineID tells the session's engine from others, whatever address it is reached by. It
// is asked for once. The error is the engine's.
func (s *Session) EngineID(ctx context.Context) (string, error) {
	s.shared.mu.Lock()
	id := s.shared.engineID
	s.shared.mu.Unlock()
	if id != "" {
		return id, nil
	}
	id, err := observe.EngineID(ctx, s.Reader, s.Engine)
	if err != nil {
		return "", err
	}
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	s.shared.engineID = id
	return id, nil
}

// History opens the history of the session's project at its engine, below dir; it asks
// for the engine's id. The error is the engine's.
func (s *Session) History(ctx context.Context, dir string) (*history.Store, error) {
	id, err := s.EngineID(ctx)
	if err != nil {
		return nil, err
	}
	return history.Open(dir, id, s.Name), nil
}

// open opens the store at the first call.
func (r *Recorder) open(ctx context.Context, s *Session) (*history.Store, error) {
	if r.store != nil {
		return r.store, nil
	}
	id, err := s.EngineID(ctx)
	if err != nil {
		return nil, err
	}
	r.engine, r.store = id, history.Open(r.o.Dir, id, s.Name)
	return r.store, nil
}

// labels are those of the containers that the deployment makes; nil: nothing is recorded.
func (r *Recorder) labels() map[string]string {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil {
		return nil
	}
	return map[string]string{
		project.LabelDeployment: strconv.Itoa(r.now.Number),
		project.LabelDeployedBy: r.now.By(),
		project.LabelPlan:       r.now.PlanID,
	}
}

// unrecorded tells that something cannot be kept.
func (s *Session) unrecorded(err error) {
	s.Sink(event.Message{Level: event.Debug, Text: "the history does not have this: " + err.Error()})
}

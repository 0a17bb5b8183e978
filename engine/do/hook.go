package do

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/containerd/errdefs"
	dockertypes "github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/frames"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// runHook runs a hook in its container and hands its output on line by line.
// A pre_stop hook of a container that does not run has nothing to do.
func (d *Doer) runHook(ctx context.Context, a planner.RunHook, id string) (plan.Result, error) {
	hook, err := d.hook(a)
	if err != nil {
		return plan.Result{}, err
	}
	exec, err := d.c.ContainerExecCreate(ctx, id, spec.HookOptions(hook))
	if a.Phase == planner.PreStop && (errdefs.IsNotFound(err) || errdefs.IsConflict(err)) {
		return plan.Result{}, nil
	}
	if err != nil {
		return plan.Result{}, err
	}
	if err := d.runExec(ctx, exec.ID, a.Ref); err != nil {
		return plan.Result{}, err
	}
	ended, err := d.c.ContainerExecInspect(ctx, exec.ID)
	if err != nil {
		return plan.Result{}, fmt.Errorf("asking for the hook's exit status: %w", err)
	}
	if a.Phase == planner.PreStop && ended.ExitCode != 0 && d.endedWith(ctx, id, ended.ExitCode) {
		return plan.Result{ExitCode: ended.ExitCode}, nil
	}
	return hookResult(a, ended.ExitCode)
}

const (
	// killedCode is the exit code of what ends with its container: all processes
	// are killed when the first has ended.
	killedCode = 128 + 9
	// endPatience is how long after that the engine may take to tell of the
	// container's own end.
	endPatience = 10 * time.Second
)

// endedWith tells whether a hook that failed did so because it made its container
// end: then there is nothing left to stop.
func (d *Doer) endedWith(ctx context.Context, id string, code int) bool {
	if code != killedCode {
		return d.stateIs(ctx, id, func(s *container.State) bool { return !s.Running })
	}
	ctx, cancel := context.WithTimeout(ctx, endPatience)
	defer cancel()
	ended, failed := d.c.ContainerWait(ctx, id, container.WaitConditionNotRunning)
	select {
	case <-ended:
		return true
	case <-failed:
		return false
	}
}

// hookResult is that of a hook which ended. A failure is worded as Docker Compose
// does, and says which of the service's hooks it was.
func hookResult(a planner.RunHook, code int) (plan.Result, error) {
	if code == 0 {
		return plan.Result{}, nil
	}
	which := fmt.Sprintf("%s[%d]", a.Phase, a.Index)
	text := fmt.Sprintf("%s hook exited with status %d (%s)", a.Ref.Service, code, which)
	if a.Phase == planner.PreStart {
		text = fmt.Sprintf("service %q %s exited with code %d", a.Ref.Service, which, code)
	}
	help := ""
	if a.Phase == planner.PreStop {
		help = "the container is left as it is: mend the hook, or end the container without its hooks by compose kill " + a.Ref.Service
	}
	return plan.Result{ExitCode: code}, hint.New(text, help)
}

// hook finds the hook in the project.
func (d *Doer) hook(a planner.RunHook) (types.ServiceHook, error) {
	if d.p == nil {
		return types.ServiceHook{}, errors.New("hooks need the project's file")
	}
	s, on := d.p.Services[a.Ref.Service]
	if !on { // its profile is off, and it is stopped all the same
		s = d.p.DisabledServices[a.Ref.Service]
	}
	hooks := s.PostStart
	if a.Phase == planner.PreStop {
		hooks = s.PreStop
	}
	if a.Index >= len(hooks) {
		return types.ServiceHook{}, fmt.Errorf("service %q has no %s hook %d", a.Ref.Service, a.Phase, a.Index)
	}
	return hooks[a.Index], nil
}

// runExec runs a prepared command to its end.
func (d *Doer) runExec(ctx context.Context, execID string, ref event.Ref) error {
	conn, err := d.c.ContainerExecAttach(ctx, execID, container.ExecAttachOptions{})
	if err != nil {
		return err
	}
	return d.stream(ctx, conn, ref)
}

// stream hands on what a hook prints until its end, and closes the connection.
func (d *Doer) stream(ctx context.Context, conn dockertypes.HijackedResponse, ref event.Ref) error {
	defer conn.Close()
	// The connection knows no context: closing it ends the read.
	stop := context.AfterFunc(ctx, conn.Close)
	defer stop()
	emit := func(line []byte) { d.o.Sink(event.Output{Ref: ref, Text: string(line)}) }
	stdout, stderr := &lineWriter{emit: emit}, &lineWriter{emit: emit}
	err := frames.Split(stdout, stderr, conn.Reader)
	stdout.flush()
	stderr.flush()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("reading the hook's output: %w", err)
	}
	return nil
}

// maxLine bounds a line without an end.
const maxLine = 64 << 10

// lineWriter cuts what is written into lines, without their ends.
type lineWriter struct {
	emit func(line []byte)
	rest []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		i := slices.Index(w.rest, '\n')
		if i < 0 {
			break
		}
		line := w.rest[:i]
		if i > 0 && line[i-1] == '\r' {
			line = line[:i-1]
		}
		w.emit(line)
		w.rest = w.rest[i+1:]
	}
	if len(w.rest) > maxLine {
		w.flush()
	}
	return len(p), nil
}

func (w *lineWriter) flush() {
	if len(w.rest) > 0 {
		w.emit(w.rest)
		w.rest = nil
	}
}

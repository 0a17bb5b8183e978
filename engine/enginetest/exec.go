package enginetest

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
)

// execution is a command that runs beside a container's first process.
type execution struct {
	id        string
	container *container
	options   containertypes.ExecOptions
	started   bool
	running   bool
	code      *int // nil until it ended
	pid       int
	task      *task
}

// label is the command as the events have it.
func (x *execution) label() string {
	return x.options.Cmd[0] + " " + strings.Join(x.options.Cmd[1:], " ")
}

func (e *Engine) execCreate(w http.ResponseWriter, r *request) error {
	var o containertypes.ExecOptions
	if err := r.decode(&o); err != nil {
		return err
	}
	if len(o.Cmd) == 0 {
		return errorf(http.StatusBadRequest, "No exec command specified")
	}
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	defer e.mu.Unlock()
	switch {
	case c.state.Status == containertypes.StateRestarting:
		return errorf(http.StatusConflict, "Container %s is restarting, wait until the container is running", c.id)
	case c.run == nil:
		return errNotRunning(c)
	case c.state.Status == containertypes.StatePaused:
		return errorf(http.StatusConflict, "Container %s is paused, unpause the container before exec", r.vars["id"])
	}
	x := e.newExec(c, o)
	return writeJSON(w, http.StatusCreated, containertypes.ExecCreateResponse{ID: x.id})
}

// newExec registers a command for a container. e.mu is held.
func (e *Engine) newExec(c *container, o containertypes.ExecOptions) *execution {
	x := &execution{id: e.newID(), container: c, options: o}
	e.execs[x.id] = x
	c.execs = append(c.execs, x.id)
	e.containerEvent(c, events.ActionExecCreate+": "+events.Action(x.label()), map[string]string{"execID": x.id})
	return x
}

// prepareExec makes the task of a command and finds its program. e.mu is held.
func (e *Engine) prepareExec(x *execution) (Program, error) {
	c := x.container
	if c.run == nil {
		return nil, errNotRunning(c)
	}
	x.started = true
	e.containerEvent(c, events.ActionExecStart+": "+events.Action(x.label()), map[string]string{"execID": x.id})
	t := e.newTask(c)
	t.argv, t.peer = x.options.Cmd, c.run.task
	if x.options.WorkingDir != "" {
		t.dir = x.options.WorkingDir
	}
	for _, kv := range x.options.Env {
		t.env = setEnv(t.env, kv)
	}
	if x.options.Tty {
		t.env = setEnv(t.env, "TERM=xterm")
	}
	e.nextPid++
	x.pid, t.pid = e.nextPid, e.nextPid
	program, err := t.program(t.argv[0], t.env, t.dir)
	if le, ok := errors.AsType[*launchError](err); ok {
		t.cancel(nil)
		x.code = &le.code
		return nil, errorf(http.StatusBadRequest, "OCI runtime exec failed: exec failed: %v", le)
	}
	x.task, x.running = t, true
	return program, nil
}

// runExec runs a prepared command to its end. It ends with the container's run.
func (e *Engine) runExec(x *execution, peer *task, program Program) int {
	stop := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-peer.ctx.Done():
			x.task.cancel(killed{sigKILL})
		case <-stop:
		}
	}()
	code := x.task.run(program)
	close(stop)
	<-watched
	x.task.cancel(nil)
	e.mu.Lock()
	defer e.mu.Unlock()
	x.running, x.code = false, &code
	e.containerEvent(x.container, events.ActionExecDie, map[string]string{"execID": x.id, "exitCode": itoa(code)})
	return code
}

func (e *Engine) execStart(w http.ResponseWriter, r *request) error {
	var o containertypes.ExecStartOptions
	if err := r.decode(&o); err != nil {
		return err
	}
	done, err := e.track()
	if err != nil {
		return err
	}
	defer done()
	e.mu.Lock()
	x := e.execs[r.vars["id"]]
	switch {
	case x == nil:
		err = errorf(http.StatusNotFound, "No such exec instance: %s", r.vars["id"])
	case x.started:
		err = errorf(http.StatusConflict, "exec command %s has already run", x.id)
	case x.container.run == nil:
		err = errNotRunning(x.container)
	case x.container.state.Status == containertypes.StatePaused:
		err = errorf(http.StatusConflict, "Container %s is paused, unpause the container before exec", x.container.id)
	}
	e.mu.Unlock()
	if err != nil {
		return err
	}
	if o.Detach {
		return e.execDetached(w, x)
	}
	return e.execAttached(w, r, x)
}

// execDetached starts a command that nobody listens to.
func (e *Engine) execDetached(w http.ResponseWriter, x *execution) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	program, err := e.prepareExec(x)
	if err != nil {
		return err
	}
	null := (&fanout{}).writer(stdout)
	x.task.stdout, x.task.stderr = null, null
	peer := x.container.run.task
	e.spawn(func() { e.runExec(x, peer, program) })
	w.WriteHeader(http.StatusOK)
	return nil
}

// execAttached runs a command whose streams are the request's connection. A
// command that cannot be started is told there too: the answer has begun.
func (e *Engine) execAttached(w http.ResponseWriter, r *request, x *execution) error {
	raw := multiplexed
	if x.options.Tty {
		raw = rawStream
	}
	conn, err := hijack(w, r, streamType(r.version, x.options.Tty))
	if err != nil || conn == nil {
		return err
	}
	defer func() {
		_ = conn.Close()
		<-conn.gone
	}()
	live := &fanout{}
	reader := live.attach(map[outStream]bool{stdout: x.options.AttachStdout, stderr: x.options.AttachStderr}, raw)

	e.mu.Lock()
	program, err := e.prepareExec(x)
	if err != nil {
		e.mu.Unlock()
		text := err.Error() + "\r\n"
		if raw == multiplexed {
			_, _ = conn.Write(frame(stdout, []byte(text)))
		} else {
			_, _ = fmt.Fprint(conn, text)
		}
		close(conn.gone)
		return nil
	}
	x.task.stdout, x.task.stderr = live.writer(stdout), live.writer(stderr)
	if x.options.Tty {
		x.task.stdout = terminal{live.writer(stdout)}
		x.task.stderr = x.task.stdout
	}
	stdin, err := x.openStdin()
	peer := x.container.run.task
	e.mu.Unlock()
	if err != nil {
		close(conn.gone)
		return nil
	}
	conn.readInto(stdin, func() { _ = stdin.Close() })
	e.wg.Go(func() { // Close waits for this request, and it for the command
		e.runExec(x, peer, program)
		live.close()
	})
	e.pump(conn, live, reader)
	// A client that went away leaves its command running, as Docker does.
	return nil
}

// openStdin makes the command's standard input, and returns its other end.
func (x *execution) openStdin() (*os.File, error) {
	if !x.options.AttachStdin {
		return os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	x.task.stdin = r
	return w, nil
}

// execInspection is the answer of exec inspect; the client's type has less.
type execInspection struct {
	ID, ContainerID                   string
	Running                           bool
	ExitCode                          *int
	Pid                               int
	OpenStdin, OpenStdout, OpenStderr bool
	CanRemove                         bool
	DetachKeys                        string
	ProcessConfig                     execProcess
}

type execProcess struct {
	Tty        bool     `json:"tty"`
	Entrypoint string   `json:"entrypoint"`
	Arguments  []string `json:"arguments"`
	Privileged bool     `json:"privileged"`
	User       string   `json:"user,omitempty"`
}

func (e *Engine) execInspect(w http.ResponseWriter, r *request) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	x := e.execs[r.vars["id"]]
	if x == nil {
		return errorf(http.StatusNotFound, "No such exec instance: %s", r.vars["id"])
	}
	o := x.options
	return writeJSON(w, http.StatusOK, execInspection{
		ID: x.id, ContainerID: x.container.id, Running: x.running, ExitCode: x.code, Pid: x.pid,
		OpenStdin: o.AttachStdin, OpenStdout: o.AttachStdout, OpenStderr: o.AttachStderr,
		ProcessConfig: execProcess{
			Tty: o.Tty, Entrypoint: o.Cmd[0], Arguments: append([]string{}, o.Cmd[1:]...),
			Privileged: o.Privileged, User: o.User,
		},
	})
}

func (e *Engine) execResize(w http.ResponseWriter, r *request) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.execs[r.vars["id"]] == nil {
		return errorf(http.StatusNotFound, "No such exec instance: %s", r.vars["id"])
	}
	return resized(w, r)
}

func (e *Engine) containerResize(w http.ResponseWriter, r *request) error {
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	defer e.mu.Unlock()
	if c.run == nil {
		return errNotRunning(c)
	}
	return resized(w, r)
}

// resized checks a terminal's size; there is no terminal to set it on.
func resized(w http.ResponseWriter, r *request) error {
	for _, side := range []struct{ key, name string }{{"h", "height"}, {"w", "width"}} {
		if _, err := r.seconds(side.key); err != nil || r.query(side.key) == "" {
			return errorf(http.StatusBadRequest, "invalid resize %s %q: invalid syntax", side.name, r.query(side.key))
		}
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

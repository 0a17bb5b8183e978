package enginetest

import (
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
)

// run is one run of a container's process.
type run struct {
	task   *task
	exited chan struct{} // closed when the container's state shows the end
	// endHealth stops the health checks; they are over when the run is.
	endHealth context.CancelFunc
}

func (e *Engine) containerStart(w http.ResponseWriter, r *request) error {
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	defer e.mu.Unlock()
	switch {
	case c.state.Status == containertypes.StatePaused:
		return errorf(http.StatusConflict, "cannot start a paused container, try unpause instead")
	case c.run != nil:
		return errorf(http.StatusNotModified, "")
	}
	e.forgetRestart(c)
	c.stopping, c.restarts, c.backoff = false, 0, 0
	if err := e.start(c); err != nil {
		return err
	}
	return noContent(w)
}

// start starts a container that has no process. e.mu is held.
func (e *Engine) start(c *container) error {
	if err := e.joinNetworks(c); err != nil {
		c.state.ExitCode, c.state.Error = 128, err.Error()
		return err
	}
	for _, m := range c.mounts {
		if m.source != "" && m.tree == e.binds[m.source] {
			e.readHost(m)
		}
	}
	e.volumeMounts(c, events.ActionMount)
	if err := e.launch(c); err != nil {
		e.leaveNetworks(c)
		e.volumeMounts(c, events.ActionUnmount)
		message := "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: " + err.Error()
		c.state.ExitCode, c.state.Error = 127, message
		if le, ok := errors.AsType[*launchError](err); ok {
			c.state.ExitCode = le.code
		}
		return errorf(http.StatusBadRequest, "%s", message)
	}
	return nil
}

// launch starts the process of a container whose networks are there.
func (e *Engine) launch(c *container) error {
	t := e.newTask(c)
	t.argv = slices.Concat(c.config.Entrypoint, c.config.Cmd)
	t.pid, t.peer = 1, t
	// With an init process in front, signals are no longer those of process 1.
	t.first = c.host.Init == nil || !*c.host.Init
	program, err := t.program(t.argv[0], t.env, t.dir)
	if err != nil {
		return err
	}
	if c.config.OpenStdin {
		if err := c.openStdin(); err != nil {
			return err
		}
		t.stdin = c.stdinRead
	}
	t.stdout = gated{t.ctx, c.gate, c.output(stdout)}
	t.stderr = gated{t.ctx, c.gate, c.output(stderr)}
	c.run = &run{task: t, exited: make(chan struct{}), endHealth: func() {}}
	e.nextPid++
	c.state = state{Status: containertypes.StateRunning, Pid: e.nextPid, StartedAt: e.now(), FinishedAt: c.state.FinishedAt}
	c.logs.open()
	e.startHealth(c)
	r := c.run
	if !e.spawn(func() { e.finish(c, r, t.run(program)) }) {
		c.run = nil
		return errors.New("the engine is shut down")
	}
	e.containerEvent(c, events.ActionStart, nil)
	c.change()
	return nil
}

// newTask makes a task in a container, without its command and its streams.
func (e *Engine) newTask(c *container) *task {
	t := &task{
		env: c.environment(), dir: first(c.config.WorkingDir, "/"), hostname: c.config.Hostname,
		view: e.view(c), gate: c.gate, programs: c.image.programs, binaries: e.binaries, tools: !c.image.scratch,
	}
	t.ctx, t.cancel = context.WithCancelCause(e.ctx)
	return t
}

// environment is the process's environment: the configured one and what the
// runtime adds.
func (c *container) environment() []string {
	env := []string{"PATH=" + defaultPath, "HOSTNAME=" + c.config.Hostname, "HOME=/root"}
	if c.config.Tty {
		env = append(env, "TERM=xterm")
	}
	for _, kv := range c.config.Env {
		env = setEnv(env, kv)
	}
	return env
}

// openStdin makes the pipe of the standard input, unless it is there.
func (c *container) openStdin() error {
	if c.stdinRead != nil {
		return nil
	}
	var err error
	c.stdinRead, c.stdinWrite, err = os.Pipe()
	return err
}

func (c *container) closeStdin() {
	if c.stdinRead != nil {
		_ = c.stdinRead.Close()
		_ = c.stdinWrite.Close()
		c.stdinRead, c.stdinWrite = nil, nil
	}
}

// finish records the end of a run, and restarts the container where its policy
// says so.
func (e *Engine) finish(c *container, r *run, code int) {
	r.task.cancel(nil)
	e.mu.Lock()
	defer e.mu.Unlock()
	r.endHealth()
	c.logs.close()
	c.live.close()
	c.closeStdin()
	c.gate.unpause()
	c.run = nil
	c.exits++
	started := c.state.StartedAt
	c.state.FinishedAt, c.state.ExitCode, c.state.Pid = e.now(), code, 0
	ran := c.state.FinishedAt.Sub(started)
	if h := c.state.Health; h != nil {
		c.state.Health = &containertypes.Health{Status: containertypes.Unhealthy, FailingStreak: h.FailingStreak, Log: h.Log}
	}
	again := !c.stopping && !e.closed && c.wantsRestart(code)
	e.leaveNetworks(c)
	e.volumeMounts(c, events.ActionUnmount)
	if again {
		c.state.Status = containertypes.StateRestarting
		c.restarts++
	} else {
		c.state.Status = containertypes.StateExited
	}
	e.containerEvent(c, events.ActionDie, map[string]string{
		"exitCode": itoa(code), "execDuration": itoa(int(ran.Seconds())),
	})
	if again {
		e.restartLater(c, ran)
	}
	c.change()
	close(r.exited)
	if !again && c.host.AutoRemove {
		e.destroy(c, removeOptions{volumes: true})
	}
}

// wantsRestart tells whether the restart policy brings the container back.
func (c *container) wantsRestart(code int) bool {
	switch p := c.host.RestartPolicy; p.Name {
	case containertypes.RestartPolicyAlways, containertypes.RestartPolicyUnlessStopped:
		return true
	case containertypes.RestartPolicyOnFailure:
		return code != 0 && (p.MaximumRetryCount == 0 || c.restarts < p.MaximumRetryCount)
	}
	return false
}

// The pauses between restarts: they double, and begin anew after a run that
// lasted. Docker's are 100 ms to a minute.
const (
	firstBackoff = 50 * time.Millisecond
	maxBackoff   = 5 * time.Second
	longRun      = 10 * time.Second
)

// restartLater starts the container again after a pause. e.mu is held.
func (e *Engine) restartLater(c *container, ran time.Duration) {
	if c.backoff == 0 || ran > longRun {
		c.backoff = firstBackoff
	} else {
		c.backoff = min(2*c.backoff, maxBackoff)
	}
	pause := c.backoff
	ctx, cancel := context.WithCancel(e.ctx)
	c.cancelRestart = cancel
	e.spawn(func() {
		defer cancel()
		t := time.NewTimer(pause)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		if ctx.Err() != nil {
			return // somebody stopped or removed it meanwhile
		}
		c.cancelRestart = nil
		if e.start(c) != nil {
			c.state.Status = containertypes.StateExited
			c.change()
		}
	})
}

// forgetRestart calls off a restart that is due. e.mu is held.
func (e *Engine) forgetRestart(c *container) {
	if c.cancelRestart != nil {
		c.cancelRestart()
		c.cancelRestart = nil
		c.state.Status = containertypes.StateExited
		c.change()
	}
}

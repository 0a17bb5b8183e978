package enginetest

import (
	"encoding/json"
	"net/http"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
)

// removeOptions are the choices of a removal.
type removeOptions struct {
	volumes bool // with its anonymous volumes
}

func (e *Engine) containerRemove(w http.ResponseWriter, r *request) error {
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	if c.state.active() {
		if !r.flag("force") {
			defer e.mu.Unlock()
			what := "container is running: stop the container before removing or force remove"
			switch c.state.Status {
			case containertypes.StatePaused:
				what = "container is paused and must be unpaused first"
			case containertypes.StateRestarting:
				what = "container is restarting: stop the container before removing or force remove"
			}
			return errorf(http.StatusConflict, "cannot remove container %q: %s", r.vars["id"], what)
		}
		c.stopping = true
		e.forgetRestart(c)
		if run := c.run; run != nil {
			e.kill(c, sigKILL)
			e.mu.Unlock()
			<-run.exited
			e.mu.Lock()
		}
	}
	defer e.mu.Unlock()
	e.destroy(c, removeOptions{volumes: r.flag("v")})
	return noContent(w)
}

// destroy removes a container that has no process. e.mu is held.
func (e *Engine) destroy(c *container, o removeOptions) {
	if c.removed {
		return
	}
	delete(e.containers, c.id)
	for _, id := range c.execs {
		delete(e.execs, id)
	}
	c.removed = true
	c.live.close()
	c.closeStdin()
	if o.volumes {
		for _, m := range c.mounts {
			if m.volume == nil || !m.anonymous || len(e.usersOf(m.volume.name)) > 0 || e.volumes[m.volume.name] == nil {
				continue
			}
			e.destroyVolume(m.volume.name)
		}
	}
	e.containerEvent(c, events.ActionDestroy, nil)
	c.change()
}

// containerWait answers when the condition holds. The status is sent at once:
// a client knows by it that the wait has begun.
func (e *Engine) containerWait(w http.ResponseWriter, r *request) error {
	condition := containertypes.WaitCondition(r.query("condition"))
	switch condition {
	case "":
		condition = containertypes.WaitConditionNotRunning
	case containertypes.WaitConditionNotRunning, containertypes.WaitConditionNextExit, containertypes.WaitConditionRemoved:
	default:
		return errorf(http.StatusBadRequest, "invalid condition: %q", string(condition))
	}
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	exits := c.exits
	met := func() bool {
		switch condition {
		case containertypes.WaitConditionRemoved:
			return c.removed
		case containertypes.WaitConditionNextExit:
			return c.exits > exits || c.removed
		}
		return !c.state.active() || c.exits > exits || c.removed
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	flush(w)
	for !met() {
		changed := c.changed
		e.mu.Unlock()
		select {
		case <-changed:
		case <-r.Context().Done():
			return nil
		case <-e.ctx.Done():
			return nil
		}
		e.mu.Lock()
	}
	code := c.state.ExitCode
	e.mu.Unlock()
	_ = json.NewEncoder(w).Encode(containertypes.WaitResponse{StatusCode: int64(code)})
	return nil
}

package enginetest

import (
	"net/http"
	"strings"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
)

// defaultGrace is how long a stop waits before it kills.
const defaultGrace = 10 * time.Second

func (e *Engine) containerStop(w http.ResponseWriter, r *request) error {
	grace, sig, err := stopParameters(r)
	if err != nil {
		return err
	}
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	if !c.state.active() {
		e.mu.Unlock()
		return errorf(http.StatusNotModified, "")
	}
	e.stop(c, grace, sig)
	e.mu.Unlock()
	return noContent(w)
}

func (e *Engine) containerRestart(w http.ResponseWriter, r *request) error {
	grace, sig, err := stopParameters(r)
	if err != nil {
		return err
	}
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	defer e.mu.Unlock()
	if c.state.active() {
		// One that removes itself at its end stays for the restart.
		autoRemove := c.host.AutoRemove
		c.host.AutoRemove = false
		e.stop(c, grace, sig)
		c.host.AutoRemove = autoRemove
	}
	if c.run == nil {
		c.stopping = false
		if err := e.start(c); err != nil {
			return err
		}
	}
	e.containerEvent(c, events.ActionRestart, nil)
	return noContent(w)
}

// stopParameters are the t (seconds, negative: without end) and signal of a
// stop; nil and 0 where the container's own count.
func stopParameters(r *request) (grace *int, sig signal, err error) {
	if grace, err = r.seconds("t"); err != nil {
		return nil, 0, err
	}
	if s := r.query("signal"); s != "" {
		var ok bool
		if sig, ok = parseSignal(s); !ok {
			return nil, 0, errorf(http.StatusBadRequest, "invalid signal: %s", s)
		}
	}
	return grace, sig, nil
}

// stop signals a container, waits for the grace period, and kills it. e.mu is
// held, and given up while waiting. A client that goes away meanwhile changes
// nothing, as with Docker.
func (e *Engine) stop(c *container, grace *int, sig signal) {
	c.stopping = true
	e.forgetRestart(c)
	r := c.run
	if r == nil {
		e.containerEvent(c, events.ActionStop, nil)
		return
	}
	if sig == 0 {
		sig = c.stopSignal()
	}
	wait := defaultGrace
	if grace == nil {
		grace = c.config.StopTimeout
	}
	if grace != nil {
		wait = time.Duration(*grace) * time.Second
	}
	e.kill(c, sig)
	e.mu.Unlock()
	if !exitsWithin(r, wait) {
		e.mu.Lock()
		if c.run == r {
			e.kill(c, sigKILL)
		}
		e.mu.Unlock()
		<-r.exited
	}
	e.mu.Lock()
	e.containerEvent(c, events.ActionStop, nil)
}

// exitsWithin waits for the end of a run; a negative time is without end.
func exitsWithin(r *run, d time.Duration) bool {
	var elapsed <-chan time.Time
	if d >= 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		elapsed = t.C
	}
	select {
	case <-r.exited:
		return true
	case <-elapsed:
		return false
	}
}

func (c *container) stopSignal() signal {
	if sig, ok := parseSignal(c.config.StopSignal); ok {
		return sig
	}
	return sigTERM
}

// endsBy tells whether Docker takes a signal for the wish that the container
// ends and is not restarted: any, where the container names no stop signal.
func (c *container) endsBy(sig signal) bool {
	return sig == sigKILL || c.config.StopSignal == "" || sig == c.stopSignal()
}

// kill sends a signal to a container that runs. e.mu is held.
func (e *Engine) kill(c *container, sig signal) {
	e.containerEvent(c, events.ActionKill, map[string]string{"signal": itoa(int(sig))})
	if c.state.Status == containertypes.StatePaused && c.endsBy(sig) {
		c.gate.unpause()
		c.state.Status = containertypes.StateRunning
	}
	c.run.task.signal(sig)
}

func (e *Engine) containerKill(w http.ResponseWriter, r *request) error {
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	sig := sigKILL
	if s := r.query("signal"); s != "" {
		var ok bool
		if sig, ok = parseSignal(s); !ok {
			e.mu.Unlock()
			return errorf(http.StatusBadRequest, "cannot kill container: %s: invalid signal: %s", r.vars["id"], s)
		}
	}
	run := c.run
	if run == nil && c.state.Status != containertypes.StateRestarting {
		e.mu.Unlock()
		return errorf(http.StatusConflict, "cannot kill container: %s: container %s is not running", r.vars["id"], c.id)
	}
	if c.endsBy(sig) || c.host.RestartPolicy.Name == containertypes.RestartPolicyUnlessStopped {
		c.stopping = true
		e.forgetRestart(c)
	}
	if run != nil {
		e.kill(c, sig)
	}
	e.mu.Unlock()
	if run != nil && sig == sigKILL {
		<-run.exited
	}
	return noContent(w)
}

func (e *Engine) containerPause(w http.ResponseWriter, r *request) error {
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
		return errorf(http.StatusConflict, "Container %s is already paused", c.id)
	}
	c.gate.pause()
	c.state.Status = containertypes.StatePaused
	e.containerEvent(c, events.ActionPause, nil)
	c.change()
	return noContent(w)
}

func (e *Engine) containerUnpause(w http.ResponseWriter, r *request) error {
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	defer e.mu.Unlock()
	if c.state.Status != containertypes.StatePaused {
		return errorf(http.StatusInternalServerError, "Container %s is not paused", c.id)
	}
	c.gate.unpause()
	c.state.Status = containertypes.StateRunning
	e.containerEvent(c, events.ActionUnPause, nil)
	c.change()
	return noContent(w)
}

func (e *Engine) containerRename(w http.ResponseWriter, r *request) error {
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	defer e.mu.Unlock()
	name := strings.TrimPrefix(r.query("name"), "/")
	switch {
	case name == "":
		return errorf(http.StatusBadRequest, "Neither old nor new names may be empty")
	case name == c.name:
		return errorf(http.StatusBadRequest, "Renaming a container with the same name as its current name")
	}
	if _, err := e.claimName("/"+name, c.id); err != nil {
		ae := err.(*apiError) // claimName has no others
		return errorf(ae.status, "Error when allocating new name: %s", ae.message)
	}
	old := c.name
	c.name = name
	for _, ep := range c.networks {
		if n := e.networks[ep.NetworkID]; n != nil && n.endpoints[c.id] != nil {
			n.endpoints[c.id].containerName = name
			if !n.predefined {
				ep.DNSNames = dnsNames(c, ep.Aliases)
			}
		}
	}
	e.containerEvent(c, events.ActionRename, map[string]string{"oldName": "/" + old})
	return noContent(w)
}

package enginetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
)

// Docker's defaults of a health check.
const (
	defaultInterval      = 30 * time.Second
	defaultStartInterval = 5 * time.Second
	defaultRetries       = 3
	keptProbes           = 5
	maxProbeOutput       = 4096
)

// startHealth begins the health checks of a container that just started, if it
// has any. e.mu is held.
func (e *Engine) startHealth(c *container) {
	check := c.config.Healthcheck
	if check == nil || len(check.Test) == 0 || check.Test[0] == "NONE" {
		return
	}
	c.state.Health = &containertypes.Health{Status: containertypes.Starting, Log: []*containertypes.HealthcheckResult{}}
	if e.product.Load().podman {
		return
	}
	ctx, cancel := context.WithCancel(c.run.task.ctx)
	r := c.run
	r.endHealth = cancel
	started := time.Now()
	e.spawn(func() {
		t := time.NewTimer(e.probeInterval(c, started))
		defer t.Stop()
		for {
			select {
			case <-t.C:
			case <-ctx.Done():
				return
			}
			result := e.probe(ctx, c, r)
			if ctx.Err() != nil {
				return
			}
			e.recordProbe(c, r, result, time.Since(started))
			t.Reset(e.probeInterval(c, started))
		}
	})
}

// probeInterval is the pause before the next check.
func (e *Engine) probeInterval(c *container, started time.Time) time.Duration {
	check := c.config.Healthcheck
	if time.Since(started) < check.StartPeriod {
		e.mu.Lock()
		starting := c.state.Health != nil && c.state.Health.Status == containertypes.Starting
		e.mu.Unlock()
		if starting {
			return orDuration(check.StartInterval, defaultStartInterval)
		}
	}
	return orDuration(check.Interval, defaultInterval)
}

func orDuration(d, fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return d
}

// probe runs the check's command once.
func (e *Engine) probe(ctx context.Context, c *container, r *run) *containertypes.HealthcheckResult {
	check := c.config.Healthcheck
	cmd := check.Test[1:]
	switch check.Test[0] {
	case "CMD":
	case "CMD-SHELL":
		cmd = slices.Concat([]string{"/bin/sh", "-c"}, check.Test[1:])
	default:
		return e.probeFailed(fmt.Sprintf("Unknown probe type '%s'", check.Test[0]))
	}
	out := &probeOutput{}
	e.mu.Lock()
	if c.run != r || len(cmd) == 0 {
		e.mu.Unlock()
		return e.probeFailed("the container is not running")
	}
	result := &containertypes.HealthcheckResult{Start: e.now()}
	x := e.newExec(c, containertypes.ExecOptions{Cmd: cmd})
	program, err := e.prepareExec(x)
	if err != nil {
		e.mu.Unlock()
		result.ExitCode, result.Output, result.End = -1, err.Error(), e.now()
		return result
	}
	x.task.stdout, x.task.stderr = gated{ctx, c.gate, out}, gated{ctx, c.gate, out}
	e.mu.Unlock()
	timeout := orDuration(check.Timeout, defaultInterval)
	expire := time.AfterFunc(timeout, func() { x.task.cancel(errProbeTimeout) })
	defer expire.Stop()
	result.ExitCode = e.runExec(x, r.task, program)
	result.Output = out.String()
	if errors.Is(context.Cause(x.task.ctx), errProbeTimeout) {
		result.ExitCode = -1
		result.Output = fmt.Sprintf("Health check exceeded timeout (%v)", timeout)
		if text := out.String(); text != "" {
			result.Output += ": " + text
		}
	}
	result.End = e.now()
	e.mu.Lock()
	delete(e.execs, x.id)
	c.execs = slices.DeleteFunc(c.execs, func(id string) bool { return id == x.id })
	e.mu.Unlock()
	return result
}

var errProbeTimeout = errors.New("the health check took too long")

func (e *Engine) probeFailed(why string) *containertypes.HealthcheckResult {
	return &containertypes.HealthcheckResult{Start: e.now(), End: e.now(), ExitCode: -1, Output: why}
}

// recordProbe works a result into the container's health. running is how long
// the container ran when the check ended.
func (e *Engine) recordProbe(c *container, r *run, result *containertypes.HealthcheckResult, running time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c.run != r {
		return
	}
	check, old := c.config.Healthcheck, c.state.Health
	h := &containertypes.Health{Status: old.Status, FailingStreak: old.FailingStreak}
	h.Log = append(h.Log, old.Log[max(0, len(old.Log)+1-keptProbes):]...)
	h.Log = append(h.Log, result)
	retries := check.Retries
	if retries <= 0 {
		retries = defaultRetries
	}
	switch {
	case result.ExitCode == 0:
		h.Status, h.FailingStreak = containertypes.Healthy, 0
	case h.Status == containertypes.Starting && running < check.StartPeriod:
	default:
		if h.FailingStreak++; h.FailingStreak >= retries {
			h.Status = containertypes.Unhealthy
		}
	}
	c.state.Health = h
	if h.Status != old.Status {
		e.containerEvent(c, events.ActionHealthStatus+": "+events.Action(h.Status), nil)
		c.change()
	}
}

// probeOutput keeps the beginning of a check's output.
type probeOutput struct {
	mu  sync.Mutex // guards below
	buf bytes.Buffer
}

func (o *probeOutput) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf.Write(b[:min(len(b), maxProbeOutput-o.buf.Len())])
	return len(b), nil
}

func (o *probeOutput) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

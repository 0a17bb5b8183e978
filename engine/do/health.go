package do

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/event"
)

// Docker's defaults of a health check.
const (
	defaultInterval      = 30 * time.Second
	defaultStartInterval = 5 * time.Second
	defaultTimeout       = 30 * time.Second
	defaultRetries       = 3
)

// shortestInterval is between two checks at least. An image may ask for any, even less
// than nothing: then a check would always be due, and the health never be judged.
const shortestInterval = 100 * time.Millisecond

// slack is by how much others may be late with a check before they count as gone.
const slack = 5 * time.Second

// prober runs a container's health check where nobody else does: Podman leaves that to
// systemd. Whoever waits for the container's health asks when a check is due, and has it
// run then. The container's log of checks tells whether others run them.
type prober struct {
	checks        api.HealthChecker // nil: the engine runs them
	startInterval time.Duration     // the file's: engines that run no checks do not keep it
	tell          func()            // called before the first check

	mu    sync.Mutex // held while a check runs
	tried time.Time  // the last one's end
	lost  int        // checks in a row that could not be run
	err   error      // of the last of those
}

// proberOf is the one of a container, which all that wait for it share.
func (d *Doer) proberOf(ref event.Ref, id string) *prober {
	made := &prober{checks: d.o.Checks, tell: func() {
		text := d.o.Engine.Name + " runs no health checks here: they are run while something waits for them"
		if d.reported.addNew(text) {
			d.o.Sink(event.Message{Level: event.Info, Text: text})
		}
	}}
	if d.p != nil {
		if check := d.p.Services[ref.Service].HealthCheck; check != nil && check.StartInterval != nil {
			made.startInterval = time.Duration(*check.StartInterval)
		}
	}
	p, _ := d.probers.LoadOrStore(id, made)
	return p.(*prober)
}

// checkNow is in how long a check is due that is due already.
const checkNow = time.Nanosecond

// dueIn is in how long the container's next check is due here; 0: none is to be run.
func (p *prober) dueIn(c container.InspectResponse, now time.Time) time.Duration {
	s := api.State(c)
	if p.checks == nil || s == nil || !s.Running || s.Paused || s.Restarting || s.Health == nil || !hasCheck(c.Config) {
		return 0
	}
	check := c.Config.Healthcheck
	p.mu.Lock()
	tried := p.tried
	p.mu.Unlock()
	began, _ := time.Parse(time.RFC3339Nano, s.StartedAt)
	interval := p.interval(check, s.Health.Status, now.Sub(began))
	last := began
	if checked := lastCheck(s.Health, began); !checked.IsZero() {
		last = checked
		if tried.IsZero() { // by others, who may be at the next one
			interval += cmp.Or(check.Timeout, defaultTimeout) + slack
		}
	}
	// The engine's clock may be another.
	wait := min(last.Add(interval).Sub(now), interval)
	return max(wait, tried.Add(interval).Sub(now), checkNow)
}

// interval is between two checks of a container that has run for so long.
func (p *prober) interval(check *container.HealthConfig, status container.HealthStatus, running time.Duration) time.Duration {
	interval := cmp.Or(check.Interval, defaultInterval)
	if status == container.Starting && running < check.StartPeriod {
		interval = cmp.Or(p.startInterval, check.StartInterval, defaultStartInterval)
	}
	return max(interval, shortestInterval)
}

func hasCheck(c *container.Config) bool {
	return c != nil && c.Healthcheck != nil && len(c.Healthcheck.Test) > 0 && c.Healthcheck.Test[0] != "NONE"
}

// lastCheck is the end of the newest check since a container began to run; zero: there
// was none.
func lastCheck(h *container.Health, began time.Time) time.Time {
	for _, r := range slices.Backward(h.Log) {
		if r != nil && !r.Start.Before(began) {
			return r.End
		}
	}
	return time.Time{}
}

// run runs the check of a container as it was seen, unless it was run meanwhile. One
// that takes longer than it may is left to itself.
func (p *prober) run(ctx context.Context, c container.InspectResponse, look func() (container.InspectResponse, error)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, err := look()
	if err != nil || now.State == nil || now.State.Health == nil || now.State.StartedAt != c.State.StartedAt ||
		!lastCheck(now.State.Health, time.Time{}).Equal(lastCheck(c.State.Health, time.Time{})) {
		return err
	}
	if p.tried.IsZero() {
		p.tell()
	}
	timeout := cmp.Or(c.Config.Healthcheck.Timeout, defaultTimeout)
	brief, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err = p.checks.CheckHealth(brief, c.ID)
	p.tried = time.Now()
	switch {
	case err == nil:
		p.lost = 0
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		p.lost, p.err = p.lost+1, fmt.Errorf("its check did not end in %v", timeout)
	default:
		p.lost, p.err = p.lost+1, fmt.Errorf("its check cannot be run: %w", err)
	}
	return nil
}

// given is the verdict where so many checks in a row could not be run that the container
// counts as unhealthy: the engine learns nothing of those.
func (p *prober) given(c container.InspectResponse, v verdict) verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v.settled || p.lost == 0 || c.Config == nil || c.Config.Healthcheck == nil {
		return v
	}
	if p.lost >= cmp.Or(max(c.Config.Healthcheck.Retries, 0), defaultRetries) {
		return verdict{settled: true, failed: &failure{state: "unhealthy", does: "is unhealthy", cause: p.err.Error()}}
	}
	return v
}

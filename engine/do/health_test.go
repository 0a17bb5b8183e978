package do

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
)

// checker is an engine that runs a health check, or fails to.
type checker struct {
	ran int
	err error
}

func (c *checker) CheckHealth(ctx context.Context, _ string) error {
	c.ran++
	if errors.Is(c.err, context.DeadlineExceeded) {
		<-ctx.Done()
	}
	return c.err
}

func (*checker) Healths(context.Context, string) (map[string]string, error) { return nil, nil }

var engineNow = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// checked is a container with a check each 10 s that started some time ago, and whose
// checks ended some time ago.
func checked(started time.Duration, ended ...time.Duration) container.InspectResponse {
	c := inState(stateOf(container.StateRunning, container.Starting))
	c.State.StartedAt = engineNow.Add(-started).Format(time.RFC3339Nano)
	c.Config = &container.Config{Healthcheck: &container.HealthConfig{
		Test: []string{"CMD", "true"}, Interval: 10 * time.Second, Timeout: time.Second, StartPeriod: time.Minute,
	}}
	for _, ago := range ended {
		c.State.Health.Log = append(c.State.Health.Log, &container.HealthcheckResult{Start: engineNow.Add(-ago), End: engineNow.Add(-ago)})
	}
	return c
}

func TestDueIn(t *testing.T) {
	const s = time.Second
	none, healthy, paused := checked(time.Hour), checked(5*s), checked(time.Hour)
	short := checked(time.Hour, 40*time.Millisecond)
	short.Config.Healthcheck.Interval = -5
	none.Config.Healthcheck.Test = []string{"NONE"}
	healthy.State.Health.Status = container.Healthy
	paused.State.Paused = true
	tests := []struct {
		name          string
		c             container.InspectResponse
		startInterval time.Duration
		tried         time.Duration // ago; 0: never
		want          time.Duration
	}{
		{"the first, at the start interval of Docker", checked(2 * s), 0, 0, 3 * s},
		{"the first, at that of the file", checked(s / 2), s, 0, s / 2},
		{"the first, overdue", checked(40 * s), s, 0, checkNow},
		{"after the start period", checked(62 * s), s, 61 * s, checkNow},
		{"healthy in the start period", healthy, s, 0, 5 * s},
		{"one of ours", checked(time.Hour, 4*s), 0, 4 * s, 6 * s},
		{"others run them", checked(time.Hour, 12*s), 0, 0, 4 * s},
		{"others did, and are gone", checked(time.Hour, 20*s), 0, 0, checkNow},
		{"those of an earlier run do not count", checked(time.Minute+s, 2*time.Minute), 0, 0, checkNow},
		{"the engine's clock goes before", checked(-time.Hour), 0, 0, 5 * s},
		{"the engine's clock goes after", checked(time.Hour), 0, 2 * s, 8 * s},
		{"an interval of next to nothing", short, 0, 40 * time.Millisecond, 60 * time.Millisecond},
		{"none", none, 0, 0, 0},
		{"paused", paused, 0, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := &prober{checks: &checker{}, startInterval: test.startInterval}
			if test.tried > 0 {
				p.tried = engineNow.Add(-test.tried)
			}
			if got := p.dueIn(test.c, engineNow); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if got := (&prober{}).dueIn(test.c, engineNow); got != 0 {
				t.Errorf("where the engine runs them: got %v", got)
			}
		})
	}
}

// TestProberRun: a check is run once, whoever else wants it, and told of the first time.
func TestProberRun(t *testing.T) {
	checks, told := &checker{}, 0
	p := &prober{checks: checks, tell: func() { told++ }}
	seen := checked(time.Minute)
	see := func(c container.InspectResponse) func() (container.InspectResponse, error) {
		return func() (container.InspectResponse, error) { return c, nil }
	}
	for range 2 {
		if err := p.run(t.Context(), seen, see(seen)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.run(t.Context(), seen, see(checked(time.Minute, time.Second))); err != nil {
		t.Fatal(err)
	}
	if checks.ran != 2 || told != 1 {
		t.Errorf("%d checks and %d messages, want 2 and 1: the third was run by another", checks.ran, told)
	}
}

// TestProberGivesUp: checks that cannot be run count as failed.
func TestProberGivesUp(t *testing.T) {
	for want, err := range map[string]error{"did not end in 1ms": context.DeadlineExceeded, "cannot be run: gone": errors.New("gone")} {
		p := &prober{checks: &checker{err: err}, tell: func() {}}
		c := checked(time.Minute)
		c.Config.Healthcheck.Timeout, c.Config.Healthcheck.Retries = time.Millisecond, 2
		for range 2 {
			if v := p.given(c, verdict{}); v.settled {
				t.Errorf("%s: settled too soon: %v", want, v.failed)
			}
			if err := p.run(t.Context(), c, func() (container.InspectResponse, error) { return c, nil }); err != nil {
				t.Fatal(err)
			}
		}
		v := p.given(c, verdict{})
		if !v.settled || v.failed == nil || v.failed.does != "is unhealthy" || !strings.Contains(v.failed.cause, want) {
			t.Errorf("got %+v, want …%s", v.failed, want)
		}
	}
}

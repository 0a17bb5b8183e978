package list

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/internal/frames"
	"github.com/compose-orchestrator/compose/planner"
)

// ExamineOptions steer Examine.
type ExamineOptions struct {
	// Tail is how many of the last lines are read of a container that is not up
	// and well; 0: none.
	Tail int
}

// Examine collects what explains a container's state: an inspect and, where it is not
// up and well, its last lines and the signals that ended it. Gone: the container was
// removed meanwhile. Its error says what was read and wraps the engine's; what was
// found until then comes with it.
func Examine(ctx context.Context, c api.Reader, id string, o ExamineOptions) (f planner.Facts, gone bool, err error) {
	inspected, err := c.ContainerInspect(ctx, id)
	switch {
	case errdefs.IsNotFound(err):
		return planner.Facts{}, true, nil
	case err != nil:
		return planner.Facts{}, false, fmt.Errorf("inspecting container %s: %w", spec.ShortID(id), err)
	case inspected.ContainerJSONBase == nil || inspected.State == nil:
		return planner.Facts{}, false, errors.New("the engine tells no state")
	}
	f = factsOf(inspected)
	well := inspected.State.Running && f.Restarts == 0 &&
		(inspected.State.Health == nil || inspected.State.Health.Status == container.Healthy || inspected.State.Health.Status == container.NoHealthcheck)
	if well || f.Started.IsZero() {
		return f, false, nil
	}
	if !inspected.State.Running && !f.Finished.IsZero() {
		if err := findSignals(ctx, c, id, &f); err != nil {
			return f, false, fmt.Errorf("reading the engine's events: %w", err)
		}
	}
	if o.Tail > 0 {
		if f.Logs, err = lastLines(ctx, c, inspected, o.Tail); err != nil {
			return f, false, fmt.Errorf("reading the log of container %s: %w", spec.ShortID(id), err)
		}
	}
	return f, false, nil
}

// factsOf reads an inspect.
func factsOf(i container.InspectResponse) planner.Facts {
	f := planner.Facts{
		Started: moment(i.State.StartedAt), Finished: moment(i.State.FinishedAt),
		OutOfMemory: i.State.OOMKilled, Restarts: i.RestartCount,
	}
	if text := i.State.Error; text != "" {
		f.Error, f.Hint, f.TakenPort = causeOf(text), api.Advice(text), api.TakenPort(text)
	}
	if h := i.HostConfig; h != nil {
		f.MemoryLimit = h.Memory
		if p := h.RestartPolicy; !p.IsNone() {
			f.Policy = string(p.Name)
			if p.MaximumRetryCount > 0 {
				f.Policy += ":" + strconv.Itoa(p.MaximumRetryCount)
			}
		}
	}
	if i.Config != nil {
		f.Probe = probeOf(i.State.Health, i.Config.Healthcheck)
	}
	return f
}

// moment reads a time of the engine, for which the year 1 is never.
func moment(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Year() <= 1 {
		return time.Time{}
	}
	return t.UTC()
}

// probeOf is the health check with its last run; nil where none has run.
func probeOf(h *container.Health, check *container.HealthConfig) *planner.Probe {
	if h == nil || len(h.Log) == 0 || check == nil {
		return nil
	}
	last := h.Log[len(h.Log)-1]
	p := &planner.Probe{
		Failures: h.FailingStreak, Retries: check.Retries, Timeout: check.Timeout,
		ExitCode: last.ExitCode, Output: strings.TrimSpace(last.Output), Ended: last.End.UTC(),
	}
	if p.Retries == 0 {
		p.Retries = 3 // the engine's default
	}
	if len(check.Test) > 1 { // after CMD or CMD-SHELL
		p.Test = strings.Join(check.Test[1:], " ")
	}
	if p.ExitCode == -1 && !strings.Contains(p.Output, "exceeded timeout") {
		p.Timeout = 0 // it failed otherwise
	}
	return p
}

// causes are the parts of an engine's error that say what is wrong; what stands
// before them says in which layer it was noticed.
var causes = []*regexp.Regexp{
	regexp.MustCompile(`exec: .*`),
	regexp.MustCompile(`error mounting .*`),
	regexp.MustCompile(`Bind for .*`),
	regexp.MustCompile(`failed to bind host port .*`),
	regexp.MustCompile(`could not select device driver .*`),
}

// causeOf shortens an engine's error to its end that matters.
func causeOf(text string) string {
	for _, re := range causes {
		if found := re.FindString(text); found != "" {
			return found
		}
	}
	return text
}

const (
	// lookBack is how long before a container's end what ended it may have been
	// asked for, where its grace period is long.
	lookBack = 2 * time.Minute
	// lookAhead is how long after the end a busy engine may say that it was a stop.
	lookAhead = 10 * time.Second
	// lookQuiet is how long that is waited for.
	lookQuiet = time.Second
)

// findSignals looks among the engine's events, of which it keeps the last few
// hundred, for what brought the container's end about.
func findSignals(ctx context.Context, c api.Reader, id string, f *planner.Facts) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	since := f.Finished.Add(-lookBack)
	if f.Started.After(since) {
		since = f.Started
	}
	messages, failed := c.Events(ctx, events.ListOptions{
		Since: stamp(since), Until: stamp(f.Finished.Add(lookAhead)),
		Filters: filters.NewArgs(
			filters.Arg("container", id), filters.Arg("event", "kill"), filters.Arg("event", "stop"), filters.Arg("event", "die"),
		),
	})
	quiet := time.NewTimer(lookQuiet)
	defer quiet.Stop()
	for !f.Stopped { // which is the last of them
		select {
		case <-quiet.C:
			return nil
		case m := <-messages:
			quiet.Reset(lookQuiet)
			switch m.Action {
			case events.ActionKill:
				if n, err := strconv.Atoi(m.Actor.Attributes["signal"]); err == nil {
					f.Signals = append(f.Signals, n)
				}
			case events.ActionStop:
				f.Stopped = true
			}
		case err := <-failed:
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
	return nil
}

// stamp is a time as the events' filters take it.
func stamp(t time.Time) string {
	return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond())
}

// maxLogs bounds what is read of a container's last lines, in bytes: a line can
// be of any length.
const maxLogs = 256 << 10

// lastLines reads the end of a container's log. A log driver that gives nothing
// back has no lines.
func lastLines(ctx context.Context, c api.Reader, of container.InspectResponse, n int) ([]string, error) {
	stream, err := c.ContainerLogs(ctx, of.ID, container.LogsOptions{ShowStdout: true, ShowStderr: true, Tail: strconv.Itoa(n)})
	if err != nil {
		if errdefs.IsNotFound(err) || errdefs.IsNotImplemented(err) || strings.Contains(err.Error(), "does not support reading") {
			return nil, nil
		}
		return nil, err
	}
	defer stream.Close()
	var text bytes.Buffer
	in := io.LimitReader(stream, maxLogs)
	if of.Config != nil && of.Config.Tty {
		_, err = io.Copy(&text, in)
	} else {
		err = frames.Split(&text, &text, in)
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	lines := strings.Split(strings.TrimRight(text.String(), "\r\n"), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return nil, nil
	}
	return lines[max(0, len(lines)-n):], nil
}

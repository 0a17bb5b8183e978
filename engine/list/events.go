package list

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	timetypes "github.com/docker/docker/api/types/time"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// Event is an event of a project's container as the command events shows
// it. Its fields are those of docker-compose events --json, which scripts read.
type Event struct {
	Action     string            `json:"action"`
	Attributes map[string]string `json:"attributes"` // without Docker Compose's labels and our own
	ID         string            `json:"id"`
	Service    string            `json:"service"`
	Time       time.Time         `json:"time"` // the engine's, in UTC
	Type       string            `json:"type"`
}

// String is the event in a line, its attributes sorted:
// "2026-01-02 15:04:05.000000 container start 1f… (image=alpine, name=demo-web-1)".
func (h Event) String() string {
	var attributes []string
	for _, key := range slices.Sorted(maps.Keys(h.Attributes)) {
		attributes = append(attributes, key+"="+h.Attributes[key])
	}
	return fmt.Sprintf("%s %s %s %s (%s)", h.Time.Local().Format("2006-01-02 15:04:05.000000"),
		h.Type, h.Action, h.ID, strings.Join(attributes, ", "))
}

// EventsOptions say which events are shown.
type EventsOptions struct {
	Project string
	// Since and Until are times or durations before now, in any form that docker
	// takes: "2026-01-02T15:04:05", "10m", seconds since 1970; "": now, and for
	// ever.
	Since, Until string
	// NoHealthChecks leaves out the commands that health checks run.
	NoHealthChecks bool
}

// Events hands on the events of a project's containers, other than those of the
// command run, until Until is reached or ctx ends. An error of show ends it, and is
// returned. A time that docker does not read is a hint.Error. Where the stream ends
// otherwise, or ctx does, the error wraps why.
func Events(ctx context.Context, c api.Reader, o EventsOptions, show func(Event) error) error {
	if err := errors.Join(checkTime("--since", o.Since), checkTime("--until", o.Until)); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	messages, failed := c.Events(ctx, events.ListOptions{Since: o.Since, Until: o.Until, Filters: filters.NewArgs(
		filters.Arg("type", string(events.ContainerEventType)),
		filters.Arg("label", project.LabelProject+"="+o.Project),
	)})
	checks := newHealthChecks(c)
	for {
		select {
		case m := <-messages:
			if m.Actor.Attributes[project.LabelOneOff] == project.OneOffTrue || o.NoHealthChecks && checks.ran(ctx, m) {
				continue
			}
			if err := show(eventOf(m)); err != nil {
				return err
			}
		case err := <-failed:
			if o.Until != "" && errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("following the engine's events: %w", err)
		}
	}
}

// checkTime refuses what docker does not read as a time.
func checkTime(flag, value string) error {
	if value == "" {
		return nil
	}
	if _, err := timetypes.GetTimestamp(value, time.Now()); err != nil {
		return hint.Wrap(fmt.Errorf("%s: %w", flag, err), "give a time as 2026-01-02T15:04:05, seconds since 1970, or a duration as 10m")
	}
	return nil
}

// eventOf is an event without our labels.
func eventOf(m events.Message) Event {
	h := Event{
		Action:     string(m.Action),
		Attributes: map[string]string{},
		ID:         m.Actor.ID,
		Service:    m.Actor.Attributes[project.LabelService],
		Time:       time.Unix(0, m.TimeNano).UTC(),
		Type:       string(m.Type),
	}
	for key, value := range m.Actor.Attributes {
		if !strings.HasPrefix(key, project.LabelPrefix) && !strings.HasPrefix(key, project.OwnLabelPrefix) {
			h.Attributes[key] = value
		}
	}
	return h
}

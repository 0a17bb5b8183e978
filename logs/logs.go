// Package logs reads, merges and follows the logs of containers. What it reads
// leaves it as event.Logs, event.Exit and event.Message through an event.Sink.
//
// Every stream is asked for with the engine's timestamps: lines are merged by
// them, a follower finds its place again by them after a restart, and they tell
// the pieces that the engine cuts a long line into from lines. They reach the
// sink only where Options.Timestamps asks for them.
//
// Memory stays bounded whatever the containers print and however slow the sink
// is: a container has at most budget bytes under way, then its reads wait, and the
// lines of a tail that a filter chooses. It is used again, so that lines allocate next to nothing: those of an event.Logs are
// gone when the sink returns.
//
// The package knows the engine by one method and nothing of projects.
package logs

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/event"
)

// Client is what this package needs of the engine; Docker's client has it.
type Client interface {
	// ContainerLogs returns the log as the engine streams it. errdefs tells its errors
	// apart: NotFound and Conflict for a container that is gone, NotImplemented for a
	// logging driver that cannot be read.
	ContainerLogs(ctx context.Context, id string, o container.LogsOptions) (io.ReadCloser, error)
}

// Target is a container whose log is read.
type Target struct {
	event.Source
	// TTY says that the container has a terminal. Its log then comes without
	// frames, as one stream whose lines end in CR LF.
	TTY bool
	// Since bounds the container's lines as Options.Since does; the later of the
	// two counts.
	Since time.Time
}

// Options choose what is read of every container. The zero value reads all.
type Options struct {
	// Since and Until bound the lines by the engine's clock, both inclusive;
	// zero: no bound.
	Since, Until time.Time
	// Tail is how many lines of each container are shown at most, counted from
	// the end: a number, or "all". "" and a negative number mean all.
	Tail string
	// Timestamps fills event.Log.Time, which is zero otherwise.
	Timestamps bool
	// Podman says that the engine is Podman. It cuts lines wherever the
	// container's writes end and stamps each piece anew, so that pieces with
	// different times are one line; from Docker they are two.
	Podman bool
	// Filter says which of the lines go to the sink. Tail counts those.
	Filter Filter
}

// Show reads what the logs of targets hold now and hands the lines to sink in
// the order of the engine's timestamps. Lines of one container keep the order
// they have in its log; equal times go by the order of targets. It streams: the
// whole is never in memory.
//
// Sink is called from one goroutine at a time. Text of a line longer than
// MaxLine arrives in several events. A container whose logging driver cannot be
// read is reported by an event.Message and is no error, nor is one that was
// removed meanwhile. Where a container's log breaks off, the others are shown
// to their end and the error, with the container's name, is returned after. Other errors
// are that of ctx, and one about an Options.Tail that is neither a number nor "all".
func Show(ctx context.Context, c Client, targets []Target, o Options, sink event.Sink) error {
	if err := o.check(); err != nil {
		return err
	}
	m := newMerger(c, o, sink)
	m.once = true
	return m.run(ctx, func(ctx context.Context) error {
		for _, t := range targets {
			m.change(ctx, Change{Target: t})
		}
		return m.loop(ctx, nil)
	})
}

// check refuses options that the engine would silently read as something else.
func (o Options) check() error {
	if !ValidTail(o.Tail) {
		return fmt.Errorf("tail %q is neither a number nor \"all\"", o.Tail)
	}
	return nil
}

// ValidTail tells whether text can be Options.Tail.
func ValidTail(text string) bool {
	_, err := strconv.Atoi(text)
	return err == nil || text == "" || text == "all"
}

// tail is Tail in the engine's words. Podman takes no number below zero and
// reads "" as an error.
func (o Options) tail() string {
	if n, err := strconv.Atoi(o.Tail); err == nil && n >= 0 {
		return o.Tail
	}
	return "all"
}

// engineTime writes t as the engine reads times: Unix seconds with nanoseconds,
// "" for the zero time. It reads none before 1970, which is as good a bound there.
func engineTime(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.Before(time.Unix(0, 1)):
		t = time.Unix(0, 1) // 0 stands for no bound
	}
	return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond())
}

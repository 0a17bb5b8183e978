package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/internal/frames"
)

// maxLogs bounds what is read of a container's last lines, in bytes: a line can
// be of any length.
const maxLogs = 256 << 10

// Lines say which of a container's lines LastLines reads.
type Lines struct {
	Tail    int  // at most so many, the last
	LastRun bool // none that it printed before it started last
}

// LastLines reads the end of a container's log. A log driver that gives
// nothing back has no lines. The error is the engine's.
func LastLines(ctx context.Context, c Reader, of container.InspectResponse, which Lines) ([]string, error) {
	state := State(of)
	if state == nil || !which.LastRun {
		return linesSince(ctx, c, of, which.Tail, "")
	}
	since := beginOfRun(state)
	lines, err := linesSince(ctx, c, of, which.Tail, since)
	begin, unknown := time.Parse(time.RFC3339Nano, since)
	if err != nil || len(lines) > 0 || unknown != nil || begin.IsZero() {
		return lines, err
	}
	return linesSince(ctx, c, of, which.Tail, begin.Add(-startTold).Format(time.RFC3339Nano))
}

// startTold is how long an engine with much to do may take to write down that a
// container started, while that prints.
const startTold = time.Second

// beginOfRun is since when lines are those of a container's last run; "": since ever.
// While it runs, that is the end of the run before. Of one that has ended, that end is
// forgotten: there it is the start, and a short run may have printed before it. One that
// waits to be restarted counts as running for Docker, and has ended.
func beginOfRun(s *container.State) string {
	switch {
	case !s.Running || s.Restarting || s.FinishedAt == "":
		return s.StartedAt
	case strings.HasPrefix(s.FinishedAt, "0001-"): // it never ended
		return ""
	}
	return s.FinishedAt
}

// linesSince reads the last lines since a time as the engine writes it; "": since ever.
func linesSince(ctx context.Context, c Reader, of container.InspectResponse, tail int, since string) ([]string, error) {
	o := container.LogsOptions{ShowStdout: true, ShowStderr: true, Tail: strconv.Itoa(tail), Since: since}
	stream, err := c.ContainerLogs(ctx, of.ID, o)
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
	return lines[max(0, len(lines)-tail):], nil
}

package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

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
	o := container.LogsOptions{ShowStdout: true, ShowStderr: true, Tail: strconv.Itoa(which.Tail)}
	if state := State(of); state != nil && which.LastRun {
		o.Since = state.StartedAt
	}
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
	return lines[max(0, len(lines)-which.Tail):], nil
}

package filesync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/files"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/frames"
)

// maxArguments bounds the bytes of one command's arguments; Linux takes 2 MiB
// less the environment.
const maxArguments = 1 << 20

// errNoProgram is a command that the container does not have.
var errNoProgram = errors.New("no such program")

// remove removes paths, by the container's own rm or by an agent. The archive API
// has no way to.
func (s *Syncer) remove(ctx context.Context, t *knownContainer, paths []string) error {
	for len(paths) > 0 {
		n, size := 0, 0
		for n < len(paths) && (n == 0 || size+len(paths[n]) < maxArguments) {
			size += len(paths[n]) + 1
			n++
		}
		if err := s.removeBatch(ctx, t, paths[:n]); err != nil {
			return err
		}
		paths = paths[n:]
	}
	return nil
}

func (s *Syncer) removeBatch(ctx context.Context, t *knownContainer, paths []string) error {
	if !t.noRm {
		err := s.removeBy(ctx, t, []string{"rm", "-rf", "--"}, paths)
		if !errors.Is(err, errNoProgram) {
			return err
		}
		t.noRm = true
	}
	return s.removeByAgent(ctx, t, paths)
}

// removeByAgent removes in a container that has no rm.
func (s *Syncer) removeByAgent(ctx context.Context, t *knownContainer, paths []string) (err error) {
	if t.agent == nil {
		t.agent, err = s.startAgent(ctx, t)
	}
	if errdefs.IsConflict(err) {
		return err
	}
	if err != nil {
		return hint.New(fmt.Sprintf("cannot delete files in %s: its image has no rm, and an agent cannot do it there: %s", t.name, err),
			"rebuild the service, or use an image with rm while developing")
	}
	_, done, err := s.applyByAgent(ctx, t, Change{Deletes: paths, Links: withAll(nil, paths)})
	if err == nil && !done {
		err = fmt.Errorf("deleting %s in %s: its agent does not answer", paths[0], t.name)
	}
	return err
}

// removeBy runs one command, as root and then as the files' owner: root has no
// right to change what others own where cap_drop takes that.
func (s *Syncer) removeBy(ctx context.Context, t *knownContainer, command, paths []string) error {
	output, code, err := s.exec(ctx, t, slices.Concat(command, paths))
	if err == nil && code == 1 && t.owner != (files.Owners{}) {
		output, code, err = s.execAs(ctx, t, t.owner, slices.Concat(command, paths))
	}
	switch {
	case isNoProgram(err), code == 126 || code == 127, strings.Contains(output, "executable file not found"):
		return errNoProgram
	case err != nil:
		return fmt.Errorf("deleting %s in %s: %w", paths[0], t.name, err)
	case code != 0:
		return fmt.Errorf("deleting %s in %s: %s ended with code %d: %s", paths[0], t.name, command[0], code, strings.TrimSpace(output))
	}
	return nil
}

// isNoProgram tells an engine's refusal to start what is not there.
func isNoProgram(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "executable file not found") || strings.Contains(err.Error(), "no such file or directory"))
}

// finish attaches to a prepared command, and returns its output and exit code.
func (s *Syncer) finish(ctx context.Context, execID string) (output string, code int, err error) {
	conn, err := s.c.ContainerExecAttach(ctx, execID, container.ExecAttachOptions{})
	if err != nil {
		return "", 0, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, conn.Close) // the connection knows no context
	defer stop()
	var out beginning
	err = frames.Split(&out, &out, conn.Reader)
	if ctx.Err() != nil {
		return "", 0, ctx.Err()
	}
	if err != nil {
		return "", 0, fmt.Errorf("reading a command's output: %w", err)
	}
	ended, err := s.c.ContainerExecInspect(ctx, execID)
	if err != nil {
		return "", 0, fmt.Errorf("asking for a command's exit code: %w", err)
	}
	return out.String(), ended.ExitCode, nil
}

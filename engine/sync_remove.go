package engine

import (
	"archive/tar"
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/compose-orchestrator/compose/hint"
)

// RemoveCommand is the hidden command of this program that removes the paths
// behind it, as rm -rf does: for containers that have no rm.
const RemoveCommand = "internal-remove"

// injectedPath is where this program is in a container without rm, until the
// syncer is closed.
const injectedPath = "/.compose-remove"

// maxArguments bounds the bytes of one command's arguments; Linux takes 2 MiB
// less the environment.
const maxArguments = 1 << 20

// errNoProgram is a command that the container does not have.
var errNoProgram = errors.New("no such program")

// remove removes paths, by the container's own rm or by this program. The
// archive API has no way to.
func (s *Syncer) remove(ctx context.Context, t *syncTarget, paths []string) error {
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

func (s *Syncer) removeBatch(ctx context.Context, t *syncTarget, paths []string) error {
	if t.remover != nil {
		return s.removeBy(ctx, t, t.remover, paths)
	}
	rm := []string{"rm", "-rf", "--"}
	err := s.removeBy(ctx, t, rm, paths)
	if !errors.Is(err, errNoProgram) {
		if err == nil {
			t.remover = rm
		}
		return err
	}
	if err := s.inject(ctx, t); err != nil {
		return err
	}
	t.remover, t.injected = []string{injectedPath, RemoveCommand}, true
	return s.removeBy(ctx, t, t.remover, paths)
}

// removeBy runs one command.
func (s *Syncer) removeBy(ctx context.Context, t *syncTarget, command, paths []string) error {
	output, code, err := s.exec(ctx, t, slices.Concat(command, paths))
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
	var out bytes.Buffer
	_, err = stdcopy.StdCopy(&out, &out, conn.Reader)
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

// inject puts this program into a container.
func (s *Syncer) inject(ctx context.Context, t *syncTarget) error {
	refuse := func(why string) error {
		return hint.New(fmt.Sprintf("cannot delete files in %s: its image has no rm, and this program cannot do it there: %s", t.name, why),
			"rebuild the service, or use an image with rm while developing")
	}
	if t.readOnly {
		return refuse("the root file system is read-only")
	}
	if s.o.Program == "" {
		return refuse("its own file is not known")
	}
	f, err := os.Open(s.o.Program)
	if err != nil {
		return refuse(err.Error())
	}
	defer f.Close()
	if why := unfit(f, s.o.Arch); why != "" {
		return refuse(why)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return refuse(err.Error())
	}
	info, err := f.Stat()
	if err != nil {
		return refuse(err.Error())
	}
	r, w := io.Pipe()
	packed := make(chan struct{})
	go func() {
		defer close(packed)
		a := tar.NewWriter(w)
		err := a.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: injectedPath[1:], Mode: 0o700, Size: info.Size()})
		if err == nil {
			_, err = io.CopyN(a, f, info.Size())
		}
		if err == nil {
			err = a.Close()
		}
		w.CloseWithError(err)
	}()
	err = s.c.CopyToContainer(ctx, t.id, "/", r, container.CopyToContainerOptions{})
	r.CloseWithError(context.Canceled)
	<-packed
	if err != nil {
		return fmt.Errorf("putting this program into %s, which has no rm: %w", t.name, err)
	}
	return nil
}

// machines are the processors of Linux engines, by Go's names.
var machines = map[string]elf.Machine{
	"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64, "arm": elf.EM_ARM, "386": elf.EM_386,
	"riscv64": elf.EM_RISCV, "ppc64le": elf.EM_PPC64, "s390x": elf.EM_S390, "loong64": elf.EM_LOONGARCH,
}

// unfit says why a program would not run in a Linux container that has nothing
// else in it; "": it would.
func unfit(program io.ReaderAt, arch string) string {
	f, err := elf.NewFile(program)
	if err != nil {
		return "it is no Linux program"
	}
	if want, ok := machines[arch]; !ok || f.Machine != want {
		return fmt.Sprintf("it is built for %s, and the engine runs on %s", f.Machine, arch)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return "it needs shared libraries: use a release, or build with CGO_ENABLED=0"
		}
	}
	return ""
}

package files

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/go-archive/compression"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/hint"
)

// hidden is what of a container the engine neither reads nor writes.
type hidden struct {
	at     Place
	mounts []Mount
}

// look finds what is hidden in a container.
func look(ctx context.Context, c api.Reader, at Place) (hidden, error) {
	inspected, err := c.ContainerInspect(ctx, at.ID)
	if err != nil {
		return hidden{}, fmt.Errorf("inspecting the container: %w", err)
	}
	return hidden{at, MountsOf(inspected)}, nil
}

// refuse is the error of a path that is hidden. Links on its way are followed.
func (h hidden) refuse(ctx context.Context, c api.Reader, doing, p string) error {
	p = realPath(ctx, c, h.at.ID, p)
	m := Deepest(h.mounts, p)
	if m == nil || !m.Tmpfs {
		return nil
	}
	through := "sh -c 'cat > FILE' < FILE"
	if doing == "from" {
		through = "cat FILE > FILE"
	}
	return hint.New(fmt.Sprintf("%s is %s, which the engine does not reach", m.Target, m.Kind()),
		"copy through a program in the container, as in docker exec -i "+h.at.Container+" "+through+", or mount a volume there")
}

// below are the temporary file systems below a path, which the file makes.
func (h hidden) below(ctx context.Context, c api.Reader, p string) (root string, targets []string) {
	for _, m := range h.mounts {
		if m.Tmpfs && !m.system {
			targets = append(targets, m.Target)
		}
	}
	if len(targets) == 0 {
		return p, nil
	}
	root = realPath(ctx, c, h.at.ID, p)
	return root, slices.DeleteFunc(targets, func(t string) bool { return !Within(root, t) })
}

// realPath is a path of a container with its links followed; what is not there
// stays as it is.
func realPath(ctx context.Context, c api.Reader, id, p string) string {
	rest := strings.Split(strings.Trim(path.Clean("/"+p), "/"), "/")
	at := "/"
	const most = 40 // links in a row
	for links := 0; len(rest) > 0 && links < most; {
		next := path.Join(at, rest[0])
		stat, err := c.ContainerStatPath(ctx, id, next)
		if err != nil {
			return path.Join(append([]string{at}, rest...)...)
		}
		rest = rest[1:]
		if stat.Mode&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		links++
		target := LinkTarget(next, stat)
		rest = append(strings.Split(strings.Trim(path.Clean("/"+target), "/"), "/"), rest...)
		at = "/"
	}
	return path.Join(append([]string{at}, rest...)...)
}

// refuseSource refuses a folder whose files would land in a tmpfs below the place
// it is copied to.
func (h hidden) refuseSource(ctx context.Context, c api.Reader, from Source, to string) error {
	root, targets := h.below(ctx, c, to)
	for _, target := range targets {
		rel, _ := filepath.Rel(root, target) // both are absolute
		name := filepath.Join(filepath.Clean(from.info.Path), filepath.FromSlash(rel))
		info, err := os.Stat(name)
		if err != nil {
			continue
		}
		if entries, err := os.ReadDir(name); !info.IsDir() || err == nil && len(entries) > 0 {
			return h.refuse(ctx, c, "to", target)
		}
	}
	return nil
}

// refuseTar is refuseSource for a tar archive, which may be compressed.
func (h hidden) refuseTar(ctx context.Context, c api.Reader, content io.ReadSeeker, to string) error {
	root, targets := h.below(ctx, c, to)
	if len(targets) == 0 {
		return nil
	}
	plain, err := compression.DecompressStream(content)
	if err != nil {
		return err
	}
	defer plain.Close()
	for files := tar.NewReader(plain); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("reading the archive: %w", err)
		}
		name := path.Join(root, path.Clean("/"+header.Name))
		for _, target := range targets {
			if Within(target, name) && (name != target || header.Typeflag != tar.TypeDir) {
				return h.refuse(ctx, c, "to", name)
			}
		}
	}
	_, err = content.Seek(0, io.SeekStart)
	return err
}

// readOnlyHint says what to do about a container that takes no files.
func readOnlyHint(err error) error {
	if err != nil && strings.Contains(err.Error(), "read-only") {
		return hint.Wrap(err, "copy into a volume that is mounted there for writing, or leave read_only out")
	}
	return err
}

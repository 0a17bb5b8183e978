package filesync

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"

	"github.com/compose-orchestrator/compose/engine/files"
)

// holdsBytes is up to how large a file is compared. A larger one counts as not held:
// to read it takes as long as to write it.
const holdsBytes = 4 << 20

// Holds tells of each write whether a container has that already: a file with the
// content and the right to execute that it has here. Links of the container are
// followed. What cannot be read is not held. Its error is ctx's.
func (s *Syncer) Holds(ctx context.Context, id string, writes []Write) ([]bool, error) {
	holds := make([]bool, len(writes))
	for i, w := range writes {
		if w.Mode.IsRegular() {
			holds[i] = s.holds(ctx, id, w, w.Target)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return holds, nil
}

// holds compares a file with one at a path of the container.
func (s *Syncer) holds(ctx context.Context, id string, w Write, at string) bool {
	info, err := os.Stat(w.Source)
	if err != nil || info.Size() > holdsBytes {
		return false
	}
	archive, stat, err := s.c.CopyFromContainer(ctx, id, at)
	if err != nil {
		return false
	}
	defer archive.Close()
	if stat.Mode&fs.ModeSymlink != 0 {
		to := files.LinkTarget(at, stat)
		return at == w.Target && to != at && s.holds(ctx, id, w, to) // the engine names where links end
	}
	r := tar.NewReader(archive)
	h, err := r.Next()
	if err != nil || h.Typeflag != tar.TypeReg || h.Size != info.Size() || h.FileInfo().Mode()&0o111 != w.Mode&0o111 {
		return false
	}
	here, err := w.upTo(holdsBytes)
	if err != nil {
		return false
	}
	there, err := io.ReadAll(r)
	return err == nil && bytes.Equal(here, there)
}

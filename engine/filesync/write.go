package filesync

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// stagingPath is where a file is written before it gets its name. The engine
// unpacks an archive by removing what is there and filling a new file in its
// place; so the archive has the file here, and then a hard link of the right name.
// In the container a tmpfs hides the folder. What remains is an empty file.
const stagingPath = "dev/.compose-sync"

// In a change of more than burst files those up to burstSize bytes, which one
// write fills, are made in place: that takes the engine half the time, and who
// reads in the middle of a checkout sees some old and some new files anyway.
const (
	burst     = 64
	burstSize = 32 << 10
)

// write sends all writes as one archive, whatever their size, less those of files
// that are gone, whose targets it returns. To a container whose root is read-only
// the engine takes archives for its mounts alone: it gets one for each.
//
// What waits to be deleted and is written now is replaced, whatever it is.
func (s *Syncer) write(ctx context.Context, t *knownContainer, writes []Write, missing map[string]bool) (left []string, err error) {
	if !t.readOnly {
		return s.send(ctx, t, "/", writes, missing)
	}
	byMount := map[string][]Write{}
	for _, w := range writes {
		base := t.mountOf(w.Target).Target // check has refused what is in none
		byMount[base] = append(byMount[base], w)
	}
	for _, base := range slices.Sorted(maps.Keys(byMount)) {
		inside := maps.Clone(missing)
		maps.DeleteFunc(inside, func(dir string, _ bool) bool { return t.mountOf(dir) == nil || t.mountOf(dir).Target != base })
		gone, err := s.send(ctx, t, base, byMount[base], inside)
		left = append(left, gone...)
		if err != nil {
			return left, err
		}
	}
	return left, nil
}

// send sends writes below a folder as one archive for that.
func (s *Syncer) send(ctx context.Context, t *knownContainer, base string, writes []Write, missing map[string]bool) (left []string, err error) {
	if len(writes) == 0 {
		return nil, nil
	}
	r, w := io.Pipe()
	packed := make(chan error, 1)
	replaces := slices.ContainsFunc(writes, func(w Write) bool { return t.waits(w.Target) }) ||
		slices.ContainsFunc(t.pending, func(p string) bool { return missing[p] })
	p := &packer{w: tar.NewWriter(w), t: t, base: base, stage: s.o.Engine != "podman" && !t.readOnly, burst: len(writes) > burst}
	go func() {
		err := p.pack(writes, missing)
		w.CloseWithError(err)
		packed <- err
	}()
	err = s.c.CopyToContainer(ctx, t.id, base, r, container.CopyToContainerOptions{AllowOverwriteDirWithFile: replaces})
	r.CloseWithError(context.Canceled) // ends a packer whose reader has gone
	if packing := <-packed; packing != nil && !errors.Is(packing, context.Canceled) && !errors.Is(packing, io.ErrClosedPipe) {
		return nil, packing
	}
	if err != nil {
		return nil, fmt.Errorf("writing %s to %s: %w", writesNamed(writes), t.name, err)
	}
	return p.left, nil
}

// writesNamed is what an error calls the writes.
func writesNamed(writes []Write) string {
	if len(writes) == 1 {
		return writes[0].Target
	}
	return fmt.Sprintf("%s and %d more", writes[0].Target, len(writes)-1)
}

// packer packs writes as an archive for a folder of a container.
type packer struct {
	w      *tar.Writer
	t      *knownContainer
	base   string   // the folder; the root where files are staged
	stage  bool     // files get their names when they are complete
	burst  bool     // there are many
	staged bool     // the staging file has content
	left   []string // targets of files that are gone
}

func (p *packer) pack(writes []Write, missing map[string]bool) error {
	for _, w := range writes {
		delete(missing, w.Target) // comes by itself
	}
	for _, dir := range slices.Sorted(maps.Keys(missing)) {
		if err := p.one(Write{Target: dir, Mode: fs.ModeDir | 0o755}); err != nil {
			return err
		}
	}
	for _, w := range writes {
		if w.Target == p.base && w.Mode.IsDir() {
			continue // a mount is there
		}
		if err := p.one(w); err != nil {
			return fmt.Errorf("packing %s: %w", w.Source, err)
		}
	}
	if p.staged {
		if err := p.w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: stagingPath, Mode: 0o600}); err != nil {
			return err
		}
	}
	return p.w.Close()
}

// one packs one write. What is no file, folder or link any more is left to the
// next batch, which sees it go.
func (p *packer) one(w Write) error {
	switch {
	case w.Mode.IsDir():
		if p.t.waits(w.Target) { // what the old folder holds goes with it
			if err := p.w.WriteHeader(p.header(w, tar.TypeReg)); err != nil {
				return err
			}
		}
		return p.entry(w, tar.TypeDir, "")
	case w.Mode&fs.ModeSymlink != 0:
		return p.entry(w, tar.TypeSymlink, w.Link)
	case !w.Mode.IsRegular():
		return nil
	}
	f, err := w.open()
	if isGone(err) {
		p.left = append(p.left, w.Target)
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return p.file(w, f, info.Size())
}

// file packs a file's content, through the staging file where that is on the
// same file system.
func (p *packer) file(w Write, content io.Reader, size int64) error {
	stage := p.stage && p.t.mountOf(w.Target) == nil && !(p.burst && size <= burstSize)
	h := p.header(w, tar.TypeReg)
	h.Size = size
	if stage {
		h.Name, p.staged = stagingPath, true
	}
	if err := p.w.WriteHeader(h); err != nil {
		return err
	}
	n, err := io.CopyN(p.w, content, size)
	if err == io.EOF {
		return fmt.Errorf("it shrank to %d bytes while it was read", n)
	}
	if err != nil || !stage {
		return err
	}
	return p.entry(w, tar.TypeLink, stagingPath)
}

func (p *packer) entry(w Write, kind byte, link string) error {
	h := p.header(w, kind)
	h.Linkname = link
	return p.w.WriteHeader(h)
}

func (p *packer) header(w Write, kind byte) *tar.Header {
	return &tar.Header{
		Typeflag: kind,
		Name:     strings.TrimPrefix(strings.TrimPrefix(path.Clean(w.Target), p.base), "/"),
		Mode:     tarMode(w.Mode),
		Uid:      p.t.owner.UID,
		Gid:      p.t.owner.GID,
		ModTime:  w.time(),
		Format:   tar.FormatPAX, // times to the nanosecond, names of any length
	}
}

// tarMode is a mode in an archive's bits.
func tarMode(m fs.FileMode) int64 {
	mode := int64(m.Perm())
	for bit, flag := range map[fs.FileMode]int64{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
		if m&bit != 0 {
			mode |= flag
		}
	}
	return mode
}

package files

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/moby/go-archive"

	"github.com/compose-orchestrator/compose/internal/regular"
)

// Source is a file or folder of this machine that goes into containers.
type Source struct{ info archive.CopyInfo }

// NewSource looks at a path of this machine, which is absolute. Its error names the
// path: it is not there, or is written as a folder and is none.
func NewSource(name string, o Options) (Source, error) {
	info, err := archive.CopyInfoSourcePath(cleanHost(name), o.FollowLink)
	var named *fs.PathError
	if err != nil && !errors.As(err, &named) {
		err = fmt.Errorf("%s: %w", name, err) // a file that is written as a folder
	}
	return Source{info}, err
}

// placed is the container's folder in which the source is unpacked, and the
// name it gets there; "." is the content of a folder, without a name.
func (s Source) placed(dst archive.CopyInfo) (dir, name string, err error) {
	to := Place{Path: dst.Path}
	dir, name = path.Split(path.Join("/", dst.Path))
	switch {
	case dst.Exists && dst.IsDir:
		_, name = archive.SplitPathDirEntry(s.info.Path)
		if s.info.RebaseName != "" {
			name = s.info.RebaseName
		}
		return dst.Path, filepath.ToSlash(name), nil
	case dst.Exists && s.info.IsDir:
		return "", "", archive.ErrCannotCopyDir
	case !dst.Exists && !s.info.IsDir && to.folder():
		return "", "", archive.ErrDirNotExists
	}
	return path.Clean(dir), name, nil
}

// pack makes a tar archive of the source, whose first element has the name. It
// is written while it is read; who reads it closes it, which tells what could
// not be packed.
//
// go-archive's own walk is not used: it logs what it cannot read, and goes on.
func (s Source) pack(name string) *packed {
	r, w := io.Pipe()
	p := &packed{PipeReader: r, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.err = s.write(w, name)
		_ = w.CloseWithError(p.err) // always nil
	}()
	return p
}

// packed is an archive in the making.
type packed struct {
	*io.PipeReader
	done chan struct{} // closed when err is set
	err  error
}

// Close ends the packing.
func (p *packed) Close() error {
	_ = p.PipeReader.Close() // always nil
	<-p.done
	if errors.Is(p.err, io.ErrClosedPipe) {
		return nil
	}
	return p.err
}

func (s Source) write(out io.Writer, name string) error {
	w := tar.NewWriter(out)
	root := filepath.Clean(s.info.Path)
	err := filepath.WalkDir(root, func(at string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		return addFile(w, at, path.Join(name, filepath.ToSlash(rel)))
	})
	return errors.Join(err, w.Close())
}

// addFile writes one file, folder, link or device. Sockets are left out: they
// mean nothing in another place.
func addFile(w *tar.Writer, at, name string) error {
	info, err := os.Lstat(at)
	if err != nil || info.Mode()&fs.ModeSocket != 0 {
		return err
	}
	var link string
	if info.Mode()&fs.ModeSymlink != 0 {
		if link, err = os.Readlink(at); err != nil {
			return err
		}
	}
	h, err := archive.FileInfoHeader(name, info, link)
	if err != nil {
		return fmt.Errorf("packing %q: %w", at, err)
	}
	if !info.Mode().IsRegular() {
		return w.WriteHeader(h)
	}
	f, err := regular.Open(at) // it may have become a pipe
	if err != nil {
		return err
	}
	defer f.Close()
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	if _, err := io.CopyN(w, f, h.Size); err != nil {
		return fmt.Errorf("packing %q: %w", at, err)
	}
	return nil
}

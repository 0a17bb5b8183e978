package build

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/go-archive"
	"github.com/moby/patternmatcher"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/regular"
)

// archiver writes a folder as the classic builder wants it: owned by root, times
// in whole seconds. go-archive's own walk is not used, since it logs what it
// cannot read and leaves it out.
type archiver struct {
	dir      string
	excludes *patternmatcher.PatternMatcher
	// extra are files that are added, or sent with another content; by name.
	extra map[string][]byte
}

// contextTar is an archive that is written while it is read.
type contextTar struct {
	*io.PipeReader
	done chan struct{}
	err  error // after done: why the archive is not complete, or nil
}

// start begins to write. The result must be closed by finish.
func (a archiver) start() *contextTar {
	r, w := io.Pipe()
	t := &contextTar{PipeReader: r, done: make(chan struct{})}
	go func() {
		defer close(t.done)
		t.err = a.write(w)
		_ = w.CloseWithError(t.err) // always nil; without an error it is the end
	}()
	return t
}

// reader is what the engine gets: nothing where it fetches the context itself.
func (t *contextTar) reader() io.Reader {
	if t == nil {
		return nil
	}
	return t
}

// finish stops the writing and returns what went wrong with it. That the engine
// did not read to the end is not an error: it has its reasons and says so.
func (t *contextTar) finish() error {
	if t == nil {
		return nil
	}
	_ = t.Close() // always nil
	<-t.done
	if errors.Is(t.err, io.ErrClosedPipe) {
		return nil
	}
	return t.err
}

func (a archiver) write(out io.Writer) error {
	w := tar.NewWriter(out)
	err := filepath.WalkDir(a.dir, func(path string, d fs.DirEntry, walkErr error) error {
		name, err := filepath.Rel(a.dir, path)
		if err != nil {
			return err
		}
		if name == "." {
			return walkErr
		}
		skip, err := a.excludes.MatchesOrParentMatches(name)
		if err != nil {
			return fmt.Errorf("applying %s: %w", ignoreFile, err)
		}
		switch {
		case skip && d.IsDir() && !a.exceptionBelow(name):
			return filepath.SkipDir
		case skip:
			return nil
		case walkErr != nil:
			return unreadable(walkErr)
		}
		if _, replaced := a.extra[filepath.ToSlash(name)]; replaced {
			return nil
		}
		return addPath(w, path, name)
	})
	for _, name := range slices.Sorted(maps.Keys(a.extra)) {
		if err == nil {
			err = addData(w, name, a.extra[name])
		}
	}
	return errors.Join(err, w.Close())
}

// exceptionBelow tells whether an exception ("!dir/file") lies in an ignored
// folder.
func (a archiver) exceptionBelow(folder string) bool {
	return slices.ContainsFunc(a.excludes.Patterns(), func(p *patternmatcher.Pattern) bool {
		return p.Exclusion() && strings.HasPrefix(p.String()+string(filepath.Separator), folder+string(filepath.Separator))
	})
}

// addPath writes one file. Sockets are left out, as they are nothing to build
// from.
func addPath(w *tar.Writer, path, name string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return unreadable(err)
	}
	var link string
	switch {
	case info.Mode()&fs.ModeSocket != 0:
		return nil
	case info.Mode()&fs.ModeSymlink != 0:
		if link, err = os.Readlink(path); err != nil {
			return unreadable(err)
		}
	}
	h, err := archive.FileInfoHeader(name, info, link)
	if err != nil {
		return fmt.Errorf("archiving %q: %w", path, err)
	}
	h.Uid, h.Gid = 0, 0
	if err := archive.ReadSecurityXattrToTarHeader(path, h); err != nil {
		return fmt.Errorf("archiving %q: %w", path, err)
	}
	if !info.Mode().IsRegular() {
		return w.WriteHeader(h)
	}
	f, err := regular.Open(path) // before the header: what cannot be read spoils no archive
	if err != nil {
		return unreadable(err)
	}
	defer f.Close()
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	if _, err := io.CopyN(w, f, h.Size); err != nil {
		return fmt.Errorf("archiving %q: %w", path, err)
	}
	return nil
}

func addData(w *tar.Writer, name string, data []byte) error {
	h := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(data)), Typeflag: tar.TypeReg}
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

func unreadable(err error) error {
	return hint.Wrap(fmt.Errorf("the build context cannot be read: %w", err),
		"make it readable, or leave it out with a line in "+ignoreFile)
}

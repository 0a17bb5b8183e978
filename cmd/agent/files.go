//go:build linux

package main

import (
	"errors"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// apply makes a change, up to what fails.
func (a *agent) apply(c change) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range c.Deletes {
		if err := a.remove(p); err != nil {
			return err
		}
	}
	for _, w := range c.Writes {
		if err := a.write(w); err != nil {
			return err
		}
	}
	return nil
}

func (a *agent) remove(p place) error {
	err := p.parents(func(string) error { return os.ErrNotExist })
	if err == nil {
		err = p.last()
	}
	if err == nil {
		err = a.check()
	}
	if err == nil {
		err = os.RemoveAll(p.Name)
	}
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // a file is where its folder was
		return nil
	}
	return err
}

func (a *agent) write(w write) error {
	err := w.Place.parents(func(dir string) error {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		return os.Lchown(dir, w.UID, w.GID)
	})
	if err == nil && w.Mode&os.ModeSymlink == 0 {
		err = w.Place.last()
	}
	if err == nil {
		err = a.check()
	}
	switch {
	case err != nil:
		return err
	case w.Mode.IsDir():
		return w.folder()
	}
	return a.put(w)
}

// linkError is a link on the way to a path.
type linkError struct{ path, to string }

func (e *linkError) Error() string { return e.path + " is a link to " + e.to }

// parents looks at the folders on the way to the path, which are to be no links. It
// has missing see to those that are not there.
func (p place) parents(missing func(dir string) error) error {
	dir := "/"
	for name := range strings.SplitSeq(path.Dir(p.Name), "/") {
		if name == "" {
			continue
		}
		dir = path.Join(dir, name)
		err := p.link(dir)
		if errors.Is(err, os.ErrNotExist) {
			err = missing(dir)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// last looks at the path itself, which is to be no link of the container's.
func (p place) last() error {
	if err := p.link(p.Name); p.Own || errors.Is(err, os.ErrNotExist) {
		return nil
	} else {
		return err
	}
}

// link is an error where a link is at a path that is to be none.
func (p place) link(at string) error {
	info, err := os.Lstat(at)
	if err != nil || info.Mode()&os.ModeSymlink == 0 || p.Root == "" {
		return err
	}
	to, err := os.Readlink(at)
	if err != nil {
		return err
	}
	return &linkError{at, to}
}

// folder makes a folder, or gives one its owner and mode. A link in its place
// may lead anywhere, so that the mode would be given to what is none of ours.
func (w write) folder() error {
	if err := os.Mkdir(w.Place.Name, 0o755); err != nil {
		if there, lerr := os.Lstat(w.Place.Name); lerr != nil || !there.IsDir() {
			return err
		}
	}
	return w.finish(w.Place.Name)
}

// put makes a file or a symbolic link under a name of its own, and has it take
// the target's place: a reader sees the old one or the new one.
func (a *agent) put(w write) error {
	stage, err := a.stage(path.Dir(w.Place.Name))
	if err != nil {
		return err
	}
	if err := a.fill(w, stage); err != nil {
		return errors.Join(err, a.clear(stage)) // it may stand in the user's folder, or fill a disk
	}
	if err := a.check(); err != nil {
		return err
	}
	return replace(stage, w.Place.Name)
}

// stagePath is where files are filled: beside the agent, where no program looks
// out for changes.
func (a *agent) stagePath() string { return a.path + ".new" }

// stage is where a file for a folder is filled: at stagePath, or in the folder
// where that is on another file system.
func (a *agent) stage(dir string) (string, error) {
	there, err := os.Stat(dir)
	if err != nil {
		return "", err
	}
	if device(there) == device(a.own) {
		return a.stagePath(), nil
	}
	return path.Join(dir, path.Base(a.stagePath())), nil
}

// device is the file system that a file is on.
func device(info os.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Dev)
	}
	return 0
}

// fill makes what is staged.
func (a *agent) fill(w write, stage string) error {
	if w.Mode&os.ModeSymlink != 0 {
		if err := a.clear(stage); err != nil {
			return err
		}
		return errors.Join(os.Symlink(w.Link, stage), os.Lchown(stage, w.UID, w.GID))
	}
	f, err := a.empty(stage)
	if err != nil {
		return err
	}
	if _, err := f.Write(w.Content); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	return w.finish(stage)
}

// empty is a new file, the spare one if there is one.
func (a *agent) empty(stage string) (*os.File, error) {
	if f := a.spare; f != nil && stage == a.stagePath() {
		a.spare = nil
		return f, nil
	}
	if err := a.clear(stage); err != nil {
		return nil, err
	}
	return os.OpenFile(stage, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// clear removes what is staged: a file that was replaced, a spare one, or what an
// agent left that was killed.
func (a *agent) clear(stage string) error {
	if stage == a.stagePath() && a.spare != nil {
		a.spare.Close()
		a.spare = nil
	}
	if err := os.Remove(stage); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// ready removes the file that was replaced last and makes the next one, which
// takes a file system longer than filling it.
func (a *agent) ready() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.spare == nil && a.check() == nil {
		a.spare, _ = a.empty(a.stagePath())
	}
}

// replace has a staged file take the target's place. Where the kernel can, both
// change places: ext4 writes the content of a file that is renamed onto another
// to the disk at once, which takes a millisecond.
func replace(stage, target string) error {
	old, err := os.Lstat(target)
	if err == nil && !old.IsDir() && unix.Renameat2(unix.AT_FDCWD, stage, unix.AT_FDCWD, target, unix.RENAME_EXCHANGE) == nil {
		if path.Dir(stage) == path.Dir(target) {
			return os.Remove(stage)
		}
		return nil
	}
	return os.Rename(stage, target)
}

// finish gives a file or folder its owner, mode and time, in the order that
// leaves the set-user-ID bit.
func (w write) finish(name string) error {
	if err := os.Lchown(name, w.UID, w.GID); err != nil {
		return err
	}
	if err := os.Chmod(name, w.Mode); err != nil {
		return err
	}
	at := time.Unix(0, w.ModTime)
	return os.Chtimes(name, at, at)
}

// errReplaced is the end of an agent whose file is not its own any more.
var errReplaced = errors.New("the agent was replaced")

// check is called before each change.
func (a *agent) check() error {
	if now, err := os.Stat(a.path); err != nil || !os.SameFile(now, a.own) {
		return errReplaced
	}
	return nil
}

// leave takes the agent's own files away, if they are still its own.
func (a *agent) leave() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.check() != nil {
		return nil
	}
	return errors.Join(a.clear(a.stagePath()), os.Remove(a.path))
}

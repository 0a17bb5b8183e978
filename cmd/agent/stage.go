//go:build linux

package main

import (
	"errors"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// stage is where a file is filled: a name in a folder.
type stage struct {
	in   folder
	name string
	home bool // it is in the agent's folder, which no program watches
}

func (a *agent) stageAtHome() stage { return stage{a.home, a.name + ".new", true} }

// stageIn is a stage in the folder that the file goes to.
func (a *agent) stageIn(in folder) stage { return stage{in, a.name + ".new", false} }

// stageFor is the stage for files of a folder: at home, or in the folder where that is
// on another file system.
func (a *agent) stageFor(in folder) (stage, error) {
	var there unix.Stat_t
	if err := unix.Fstat(int(in), &there); err != nil {
		return stage{}, err
	}
	home, err := a.home.stat(".")
	if err == nil && home.Dev == there.Dev {
		return a.stageAtHome(), nil
	}
	return a.stageIn(in), err
}

// fill makes what is staged. It is always new: a file that is there may have other
// names, and may be somebody else's.
func (a *agent) fill(w write, s stage) error {
	if w.Mode&os.ModeSymlink != 0 {
		if err := a.clear(s); err != nil {
			return err
		}
		return s.link(w)
	}
	f, err := a.empty(s)
	if err != nil {
		return err
	}
	if _, err := f.Write(w.Content); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(w.finish(f), f.Close())
}

// link makes a symbolic link with its owner. Its name may be something else by the time
// that it is opened; only a link of root's that leads there too is given away.
func (s stage) link(w write) error {
	if err := unix.Symlinkat(w.Link, int(s.in), s.name); err != nil {
		return err
	}
	f, err := s.in.openFile(s.name, unix.O_PATH)
	if err != nil {
		return err
	}
	defer f.Close()
	fd := int(f.Fd())
	var is unix.Stat_t
	if err := unix.Fstat(fd, &is); err != nil {
		return err
	}
	to := make([]byte, len(w.Link)+1)
	n, err := unix.Readlinkat(fd, "", to)
	if err != nil || string(to[:n]) != w.Link || int(is.Uid) != os.Geteuid() {
		return errSwapped
	}
	return unix.Fchownat(fd, "", w.UID, w.GID, unix.AT_EMPTY_PATH)
}

// empty is a new file, the spare one if there is one.
func (a *agent) empty(s stage) (*os.File, error) {
	if f := a.spare; f != nil && s.home {
		a.spare = nil
		return f, nil
	}
	if err := a.clear(s); err != nil {
		return nil, err
	}
	return s.in.openFile(s.name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL)
}

// clear removes what is staged: a file that was replaced, a spare one, or what an
// agent left that was killed.
func (a *agent) clear(s stage) error {
	if s.home && a.spare != nil {
		a.spare.Close()
		a.spare = nil
	}
	return unlessGone(unix.Unlinkat(int(s.in), s.name, 0))
}

// ready removes the file that was replaced last and makes the next one, which
// takes a file system longer than filling it.
func (a *agent) ready() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.spare == nil && a.check() == nil {
		a.spare, _ = a.empty(a.stageAtHome())
	}
}

// replace has what is staged take the place's. Where the kernel can, both change
// places: ext4 writes the content of a file that is renamed onto another to the disk
// at once, which takes a millisecond.
func (s stage) replace(in folder, p place) error {
	name := path.Base(p.Name)
	old, err := in.stat(name)
	switch {
	case err == nil && isFolder(old):
		return unix.EEXIST
	case err == nil && s.exchange(in, name) == nil:
		return s.keeps(in, p)
	}
	return unix.Renameat(int(s.in), s.name, int(in), name)
}

func (s stage) exchange(in folder, name string) error {
	return unix.Renameat2(int(s.in), s.name, int(in), name, unix.RENAME_EXCHANGE)
}

// keeps has what came to the stage go back where that is none to be replaced: it took
// the old one's place in the last moment.
func (s stage) keeps(in folder, p place) error {
	old, err := s.in.stat(s.name)
	if err != nil {
		return unlessGone(err)
	}
	if isFolder(old) {
		return errors.Join(unix.EEXIST, s.back(in, path.Base(p.Name)))
	}
	if link := s.in.link(s.name, p.Name); link != nil && !p.Own {
		return errors.Join(link, s.back(in, path.Base(p.Name)))
	}
	if s.home {
		return nil // ready has time for it
	}
	return unlessGone(unix.Unlinkat(int(s.in), s.name, 0))
}

// back undoes an exchange, also where nothing has the name any more.
func (s stage) back(in folder, name string) error {
	err := s.exchange(in, name)
	if err == unix.ENOENT {
		err = unix.Renameat2(int(s.in), s.name, int(in), name, unix.RENAME_NOREPLACE)
	}
	return err
}

func isFolder(s unix.Stat_t) bool { return s.Mode&unix.S_IFMT == unix.S_IFDIR }

//go:build linux

package main

import (
	"errors"
	"os"
	"path"
	"unsafe"

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

func (a *agent) write(w write) error {
	in, err := a.parent(w.Place, w.between)
	if err != nil {
		return err
	}
	defer in.close()
	if w.Mode&os.ModeSymlink == 0 {
		err = in.last(w.Place)
	} else {
		w.Place.Own = true // a link takes the place of one
	}
	if err == nil {
		err = a.check()
	}
	switch {
	case err != nil:
	case w.Mode.IsDir():
		err = a.folder(w, in)
	default:
		err = a.put(w, in)
	}
	return failed("writing", w.Place.Name, err)
}

// between makes a folder on the way to what is written. It has the group's bit where
// the one around it has.
func (w write) between(in folder, name string) error {
	return in.make(name, func(f *os.File, mode os.FileMode) error {
		w.Mode = 0o755 | mode&os.ModeSetgid
		return w.own(f)
	})
}

// folder makes a folder, or gives one its owner and mode.
func (a *agent) folder(w write, in folder) error {
	name := path.Base(w.Place.Name)
	err := in.make(name, func(f *os.File, _ os.FileMode) error { return w.finish(f) })
	if !errors.Is(err, unix.EEXIST) {
		return err
	}
	f, err := in.openFile(name, unix.O_RDONLY|unix.O_DIRECTORY)
	if errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
		return unix.EEXIST
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if settled, err := a.settled(f, w.UID); err != nil || !settled {
		return err
	}
	return w.finish(f)
}

// put makes a file or a symbolic link under a name of its own, and has it take
// the target's place: a reader sees the old one or the new one.
func (a *agent) put(w write, in folder) error {
	s, err := a.stageFor(in)
	if err == nil {
		err = a.putFrom(s, w, in)
	}
	if errors.Is(err, unix.EXDEV) && s.home { // the same disk, mounted once more
		err = a.putFrom(a.stageIn(in), w, in)
	}
	return err
}

func (a *agent) putFrom(s stage, w write, in folder) error {
	err := a.fill(w, s)
	if err == nil {
		err = a.check()
	}
	if err == nil {
		err = s.replace(in, w.Place)
	}
	if err != nil && err != errReplaced {
		return errors.Join(err, a.clear(s)) // it may stand in the user's folder, or fill a disk
	}
	return err
}

// finish gives a file or folder its owner, mode and time.
func (w write) finish(f *os.File) error {
	if err := w.own(f); err != nil {
		return err
	}
	at := unix.NsecToTimespec(w.ModTime)
	times := [2]unix.Timespec{at, at}
	// No path: this is the time of the descriptor's file. The package has no call for it.
	_, _, err := unix.Syscall6(unix.SYS_UTIMENSAT, f.Fd(), 0, uintptr(unsafe.Pointer(&times)), 0, 0, 0)
	if err != 0 {
		return err
	}
	return nil
}

// own gives a file or folder its owner and mode, in the order that leaves the
// set-user-ID bit.
func (w write) own(f *os.File) error {
	if err := f.Chown(w.UID, w.GID); err != nil {
		return err
	}
	return f.Chmod(w.Mode)
}

// errReplaced is the end of an agent whose file is not its own any more.
var errReplaced = errors.New("the agent was replaced")

// check is called before each change.
func (a *agent) check() error {
	if now, err := a.home.stat(a.name); err != nil || now.Dev != a.own.Dev || now.Ino != a.own.Ino {
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
	return errors.Join(a.clear(a.stageAtHome()), unix.Unlinkat(int(a.home), a.name, 0))
}

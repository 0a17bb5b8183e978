//go:build linux

package main

import (
	"cmp"
	"errors"
	"io"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// folder is a descriptor of one. Whatever the agent does it does to a name in a
// folder that it has open, or to a file that it has open: what a path leads to can
// become something else between two looks.
type folder int

// anyFolder opens a folder that is no link, to go on from.
const anyFolder = unix.O_PATH | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC

func openRoot() (folder, error) {
	fd, err := unix.Open("/", anyFolder, 0)
	return folder(fd), err
}

func (in folder) close() { unix.Close(int(in)) }

// parent opens the folder that a path is in. It has missing see to each one on the way
// that is not there. A link on the way is a linkError.
func (a *agent) parent(p place, missing func(in folder, name string) error) (folder, error) {
	dir := strings.TrimPrefix(path.Dir(p.Name), "/")
	fd, err := unix.Openat2(int(a.root), path.Join(".", dir), &unix.OpenHow{
		Flags: anyFolder, Resolve: unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_BENEATH,
	})
	if err == nil {
		return folder(fd), nil
	}
	return a.stepTo(dir, missing)
}

// stepTo opens folder after folder. That tells which one is missing, or a link, and is
// what there is before Linux 5.6.
func (a *agent) stepTo(dir string, missing func(in folder, name string) error) (folder, error) {
	now, err := a.root.open(".")
	at := "/"
	for name := range strings.SplitSeq(dir, "/") {
		if err != nil || name == "" {
			continue
		}
		var next folder
		at = path.Join(at, name)
		next, err = now.open(name)
		if errors.Is(err, unix.ENOENT) && missing != nil {
			if err = missing(now, name); err == nil || errors.Is(err, unix.EEXIST) { // others make folders, too
				next, err = now.open(name)
			}
		}
		if err != nil {
			err = cmp.Or(now.link(name, at), err)
		}
		now.close()
		now, err = next, failed("opening", at, err)
	}
	return now, err
}

// open opens a folder's folder.
func (in folder) open(name string) (folder, error) {
	for {
		fd, err := unix.Openat(int(in), name, anyFolder, 0)
		if err != unix.EINTR {
			return folder(fd), err
		}
	}
}

// openFile opens what has a name in the folder and is no link.
func (in folder) openFile(name string, flags int) (*os.File, error) {
	for {
		fd, err := unix.Openat(int(in), name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
		switch {
		case err == nil:
			return os.NewFile(uintptr(fd), name), nil
		case err != unix.EINTR:
			return nil, err
		}
	}
}

// stat looks at what has a name in the folder; a link is looked at itself.
func (in folder) stat(name string) (s unix.Stat_t, err error) {
	err = unix.Fstatat(int(in), name, &s, unix.AT_SYMLINK_NOFOLLOW)
	return s, err
}

// linkError is a link where none may be.
type linkError struct{ path, to string }

func (e *linkError) Error() string { return e.path + " is a link to " + e.to }

// link is a linkError where a name in the folder is a link; its path is for that.
func (in folder) link(name, path string) error {
	to := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(int(in), name, to)
	if err != nil {
		return nil // no link, or none any more
	}
	return &linkError{path, string(to[:n])}
}

// failed says of an error what it was met at, unless it is one that answers by itself.
func failed(doing, path string, err error) error {
	var link *linkError
	var file *os.PathError
	switch {
	case err == nil, err == errReplaced, errors.As(err, &link):
		return err
	case errors.As(err, &file): // it has a name without its folder
		err = file.Err
	}
	return &os.PathError{Op: doing, Path: path, Err: err}
}

// errSwapped is a new file or folder that is not there by the time that it is opened.
var errSwapped = errors.New("something else took its place")

// private is the mode of a folder that is not given to its owner yet.
const private = 0o700

// make makes a folder. finish is called with it open, and the mode that it has.
func (in folder) make(name string, finish func(f *os.File, mode os.FileMode) error) error {
	if err := unix.Mkdirat(int(in), name, private); err != nil {
		return err
	}
	f, err := in.openFile(name, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer f.Close()
	mode, err := fresh(f)
	if err != nil {
		return err
	}
	if err := finish(f, mode); err != nil { // the engine makes it then
		return errors.Join(err, unix.Unlinkat(int(in), name, unix.AT_REMOVEDIR))
	}
	return nil
}

// fresh is an error where a folder cannot be the one just made: whoever may rename in
// the folder around it may have put another of root's there, which is not theirs to get.
func fresh(f *os.File) (os.FileMode, error) {
	var s unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &s); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if _, err := f.Readdirnames(1); err != io.EOF || int(s.Uid) != os.Geteuid() || info.Mode().Perm() != private {
		return 0, errSwapped
	}
	return info.Mode(), nil
}

// settled tells whether only root or its owner can have put an open folder where it is.
// Anybody else who may rename on the way to it may have brought it, for the agent to
// change its owner or mode.
func (a *agent) settled(f *os.File, uid int) (bool, error) {
	var is, root, child, in unix.Stat_t
	if err := errors.Join(unix.Fstat(int(f.Fd()), &is), unix.Fstat(int(a.root), &root)); err != nil {
		return false, err
	}
	now, err := folder(f.Fd()).open(".")
	for child = is; err == nil && (child.Dev != root.Dev || child.Ino != root.Ino); child = in {
		var up folder
		up, err = now.open("..")
		now.close()
		if now = up; err == nil {
			in, err = now.stat(".")
		}
		if err == nil && movable(in, is, uid) {
			now.close()
			return false, nil
		}
	}
	now.close()
	return true, err
}

// movable tells of a folder on the way to another that others than root and the
// other's owner may rename in it. In a sticky one only who owns what is in it, or the
// folder, may. A group counts as the owner where it has the folder too and the owner
// stays.
func movable(in, is unix.Stat_t, uid int) bool {
	switch {
	case int(in.Uid) != os.Geteuid() && in.Uid != is.Uid:
		return true
	case in.Mode&unix.S_ISVTX != 0:
		return false
	case in.Mode&unix.S_IWOTH != 0:
		return true
	case in.Mode&unix.S_IWGRP != 0:
		return in.Gid != is.Gid || int(is.Uid) != uid
	}
	return false
}

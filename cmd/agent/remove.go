//go:build linux

package main

import (
	"errors"
	"io"
	"path"

	"golang.org/x/sys/unix"
)

// removePasses is how often a folder is gone through that others fill meanwhile.
const removePasses = 10

func (a *agent) remove(p place) error {
	in, err := a.parent(p, nil)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) { // a file is where its folder was
		return nil
	}
	if err != nil {
		return err
	}
	defer in.close()
	err = in.last(p)
	if err == nil {
		err = a.check()
	}
	if err == nil {
		_, err = in.remove(path.Base(p.Name))
	}
	return failed("removing", p.Name, err)
}

// last looks at the path itself, which is to be no link of the container's. in is the
// folder that it is in.
func (in folder) last(p place) error {
	if p.Own {
		return nil
	}
	return in.link(path.Base(p.Name), p.Name)
}

// remove removes a name in the folder, with what is below. What is mounted there is
// others' and stays, and so do the folders that lead to it.
func (in folder) remove(name string) (kept bool, err error) {
	err = unix.Unlinkat(int(in), name, 0)
	if err != unix.EISDIR {
		return false, unlessGone(err)
	}
	mounted, err := in.mounted(name)
	if err != nil || mounted {
		return mounted, unlessGone(err)
	}
	for range removePasses {
		if kept, err = in.empty(name); err != nil {
			return false, unlessGone(err)
		}
		if err = unix.Unlinkat(int(in), name, unix.AT_REMOVEDIR); kept || err != unix.ENOTEMPTY {
			break
		}
	}
	if kept {
		return true, nil
	}
	return err == unix.EBUSY, unlessGone(err)
}

// unlessGone is an error, unless that is of what is gone.
func unlessGone(err error) error {
	if err == unix.ENOENT {
		return nil
	}
	return err
}

// mounted tells whether a folder's folder has files of another file system.
func (in folder) mounted(name string) (bool, error) {
	fd, err := unix.Openat2(int(in), name, &unix.OpenHow{Flags: anyFolder, Resolve: unix.RESOLVE_NO_XDEV})
	switch {
	case err == nil:
		unix.Close(fd)
		return false, nil
	case err == unix.EXDEV:
		return true, nil
	}
	here, err := in.stat(".")
	if err != nil {
		return false, err
	}
	there, err := in.stat(name)
	return here.Dev != there.Dev, err
}

// empty removes what a folder's folder has.
func (in folder) empty(name string) (kept bool, err error) {
	f, err := in.openFile(name, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return false, err
	}
	defer f.Close()
	for {
		names, err := f.Readdirnames(1000)
		for _, below := range names {
			stays, err := folder(f.Fd()).remove(below)
			if err != nil {
				return false, err
			}
			kept = kept || stays
		}
		if err == io.EOF {
			return kept, nil
		}
		if err != nil {
			return false, err
		}
	}
}

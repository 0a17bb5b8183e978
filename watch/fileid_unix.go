//go:build !windows

package watch

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// fileID is what a file stays while its name changes.
type fileID struct{ device, number uint64 }

func identify(name string) (fileID, error) {
	var s unix.Stat_t
	if err := unix.Stat(name, &s); err != nil {
		return fileID{}, err
	}
	return fileID{uint64(s.Dev), s.Ino}, nil
}

// number is a file's in its file system.
func number(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ino
	}
	return 0
}

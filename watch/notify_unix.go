//go:build !windows

package watch

import "golang.org/x/sys/unix"

// fileID is what a file stays while its name changes.
type fileID struct{ device, number uint64 }

func identify(name string) (fileID, error) {
	var s unix.Stat_t
	if err := unix.Stat(name, &s); err != nil {
		return fileID{}, err
	}
	return fileID{uint64(s.Dev), s.Ino}, nil
}

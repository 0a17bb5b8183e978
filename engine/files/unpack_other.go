//go:build !linux

package files

import (
	"archive/tar"
	"os"
)

// special leaves devices and pipes out: they mean nothing here.
func (u *unpacker) special(name string, _ *tar.Header) error {
	u.dropped.Special.add(name)
	return nil
}

// attributes does nothing: those of Linux mean nothing here.
func (u *unpacker) attributes(*os.File, *tar.Header) error { return nil }

package files

import (
	"archive/tar"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// special makes a device or a named pipe.
func (u *unpacker) special(name string, h *tar.Header) error {
	dir, err := u.root.Open(path.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	mode := uint32(h.Mode & 0o7777)
	switch h.Typeflag {
	case tar.TypeChar:
		mode |= unix.S_IFCHR
	case tar.TypeBlock:
		mode |= unix.S_IFBLK
	default:
		mode |= unix.S_IFIFO
	}
	device := int(unix.Mkdev(uint32(h.Devmajor), uint32(h.Devminor)))
	if err := unix.Mknodat(int(dir.Fd()), path.Base(name), mode, device); err != nil {
		return fmt.Errorf("making %s: %w", u.path(name), err)
	}
	return nil
}

// attributes sets a file's extended attributes, such as capabilities, which count
// as setuid does. File systems that have none are borne with.
func (u *unpacker) attributes(f *os.File, h *tar.Header) error {
	if !u.o.Owners {
		return nil
	}
	for key, value := range h.PAXRecords {
		name, ok := strings.CutPrefix(key, "SCHILY.xattr.")
		if !ok {
			continue
		}
		err := unix.Fsetxattr(int(f.Fd()), name, []byte(value), 0)
		if err != nil && !errors.Is(err, unix.ENOTSUP) && !errors.Is(err, unix.EPERM) {
			return fmt.Errorf("setting attribute %s of %s: %w", name, f.Name(), err)
		}
	}
	return nil
}

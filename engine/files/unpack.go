package files

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Dropped is what CopyOut left out since Owners was not set: what a container
// says of its files counts in the container alone.
type Dropped struct {
	Special Names // devices and named pipes, and other names of them
	SetUID  Names // files and folders whose setuid and setgid bits are off
}

// Names are names in an archive, of which the first are kept: a container may have millions.
type Names struct {
	Count int
	First []string // at most four
}

func (n *Names) add(name string) {
	const kept = 4
	n.Count++
	if len(n.First) < kept {
		n.First = append(n.First, name)
	}
}

// unpack writes an archive from a container below a folder of this machine. It
// does so through an os.Root: whatever names and links the archive has, nothing
// is written elsewhere. What is there is replaced, but for folders.
func unpack(content io.Reader, dir string, o Options) (Dropped, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Dropped{}, err
	}
	defer root.Close()
	u := unpacker{root: root, o: o}
	for r := tar.NewReader(content); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = u.entry(h, r)
		}
		if err != nil {
			return u.dropped, err
		}
	}
	return u.dropped, u.finishFolders("")
}

type unpacker struct {
	root    *os.Root
	o       Options
	folders []folder // around the last entry: archives have a folder's content after it
	dropped Dropped
}

// folder gets its mode and time when all is in it: it may be read-only.
type folder struct {
	name string
	h    *tar.Header
}

func (u *unpacker) entry(h *tar.Header, content io.Reader) error {
	name := path.Clean(strings.TrimLeft(h.Name, "/"))
	if !filepath.IsLocal(name) {
		return fmt.Errorf("the archive's entry %q leads out of the folder", h.Name)
	}
	if sparse(h) {
		return fmt.Errorf("the archive's entry %q leaves parts of the file out, which no engine does", h.Name)
	}
	if name == "." { // the folder that is copied to is there
		return nil
	}
	if err := u.finishFolders(name); err != nil {
		return err
	}
	if err := u.root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return err
	}
	if there, err := u.replace(name, h); there || err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		u.folders = append(u.folders, folder{name, h})
		return u.root.Mkdir(name, 0o700)
	case tar.TypeReg:
		return u.file(name, h, content)
	case tar.TypeSymlink:
		return errors.Join(u.root.Symlink(h.Linkname, name), u.own(name, h))
	case tar.TypeLink:
		err := u.root.Link(path.Clean(strings.TrimLeft(h.Linkname, "/")), name)
		if u.dropped.Special.Count > 0 && errors.Is(err, fs.ErrNotExist) { // to one of those
			u.dropped.Special.add(name)
			return nil
		}
		return err
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		if !u.o.Owners {
			u.dropped.Special.add(name)
			return nil
		}
		if err := u.special(name, h); err != nil {
			return err
		}
		return u.own(name, h)
	}
	return nil // what is left describes archives, not files
}

// sparse tells of a file that is larger than what the archive has of it: a kilobyte
// could fill a disk.
func sparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return h.Typeflag == tar.TypeGNUSparse
}

// replace makes room for an entry. there: a folder takes what it has.
func (u *unpacker) replace(name string, h *tar.Header) (there bool, err error) {
	info, err := u.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.IsDir() && h.Typeflag == tar.TypeDir:
		u.folders = append(u.folders, folder{name, h})
		return true, nil
	case info.IsDir():
		return false, fmt.Errorf("cannot overwrite the folder %s by a file", u.path(name))
	case h.Typeflag == tar.TypeDir:
		return false, fmt.Errorf("cannot overwrite the file %s by a folder", u.path(name))
	}
	return false, u.root.Remove(name)
}

func (u *unpacker) file(name string, h *tar.Header, content io.Reader) error {
	f, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if err == nil {
		err = u.own(name, h) // before the mode: it takes setuid away
	}
	if err == nil {
		err = errors.Join(f.Chmod(u.mode(name, h)), u.attributes(f, h))
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return u.root.Chtimes(name, time.Time{}, h.ModTime)
}

// finishFolders sets modes and times of the folders that an entry is not in, of what is
// inside first; "": of all.
func (u *unpacker) finishFolders(entry string) error {
	for len(u.folders) > 0 {
		f := u.folders[len(u.folders)-1]
		if strings.HasPrefix(entry, f.name+"/") {
			return nil
		}
		u.folders = u.folders[:len(u.folders)-1]
		err := u.own(f.name, f.h)
		if err == nil {
			err = u.root.Chmod(f.name, u.mode(f.name, f.h))
		}
		if err == nil {
			err = u.root.Chtimes(f.name, time.Time{}, f.h.ModTime)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mode is that of an entry, without what would give a program of the container
// somebody's rights here.
func (u *unpacker) mode(name string, h *tar.Header) fs.FileMode {
	const gives = fs.ModeSetuid | fs.ModeSetgid
	mode := h.FileInfo().Mode() & (fs.ModePerm | gives | fs.ModeSticky)
	if mode&gives != 0 && !u.o.Owners {
		u.dropped.SetUID.add(name)
		mode &^= gives
	}
	return mode
}

// own gives an entry to the ids it has in the container.
func (u *unpacker) own(name string, h *tar.Header) error {
	if !u.o.Owners || os.Geteuid() != 0 {
		return nil
	}
	return u.root.Lchown(name, h.Uid, h.Gid)
}

func (u *unpacker) path(name string) string { return filepath.Join(u.root.Name(), name) }

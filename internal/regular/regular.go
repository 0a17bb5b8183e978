// Package regular opens and reads files that others may have put in place: a pipe in
// place of a file never holds the program up, and no more is read than there may be.
package regular

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// ErrOther is about what is no regular file: a folder, a pipe, a device.
var ErrOther = errors.New("it is no file")

// Open opens a regular file for reading, whatever its name is a link to. It does not
// wait for a pipe's other end. Errors are os.OpenFile's, and ErrOther.
func Open(path string) (*os.File, error) {
	return check(os.OpenFile(path, os.O_RDONLY|nonblock, 0))
}

// OpenIn is Open for a path below a folder, which no link leads out of. Errors are also
// those of os.Root, and ENOTDIR where the folder is a file.
func OpenIn(folder, path string) (*os.File, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		if info, statErr := os.Stat(folder); statErr == nil && !info.IsDir() { // os.Root's error says it in words alone
			err = &os.PathError{Op: "open", Path: folder, Err: syscall.ENOTDIR}
		}
		return nil, err
	}
	defer root.Close()
	return check(root.OpenFile(path, os.O_RDONLY|nonblock, 0))
}

func check(f *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "open", Path: f.Name(), Err: ErrOther}
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, err
	}
	return f, nil
}

// Read reads all of a regular file. One of more bytes than most is an error, and is not
// read on. Other errors are those of Open.
func Read(path string, most int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(content)) > most {
		return nil, fmt.Errorf("%s has more than %d KiB", path, most>>10)
	}
	return content, err
}

package enginetest

import (
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"
)

// open opens a file the way os.OpenFile does.
func (v *view) open(p string, flag int, perm fs.FileMode) (io.ReadWriteCloser, error) {
	n, err := v.lookup(p, followLast)
	writing := flag&(os.O_WRONLY|os.O_RDWR) != 0
	switch {
	case err != nil && flag&os.O_CREATE == 0:
		return nil, err
	case err != nil:
		n = &node{mode: perm}
	case n.mode.IsDir() && writing:
		return nil, &fs.PathError{Op: "open", Path: p, Err: syscall.EISDIR}
	}
	f := &file{view: v, path: p, mode: n.mode, append: flag&os.O_APPEND != 0}
	if !writing || flag&os.O_TRUNC == 0 {
		f.data = n.data
	}
	if writing {
		// Creating and truncating show at once, and so does a refusal.
		return f, f.store()
	}
	return f, nil
}

// file is an open file. What is written is seen by others at once.
type file struct {
	view *view
	path string
	mode fs.FileMode
	// append: every write goes to what is then the file's end.
	append bool
	mu     sync.Mutex // guards below
	data   []byte
	pos    int
}

func (f *file) Read(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pos >= len(f.data) {
		return 0, io.EOF
	}
	n := copy(b, f.data[f.pos:])
	f.pos += n
	return n, nil
}

func (f *file) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.append {
		if n, err := f.view.lookup(f.path, followLast); err == nil {
			f.data = n.data
		}
		f.pos = len(f.data)
	}
	f.data = append(f.data[:f.pos:f.pos], b...)
	f.pos = len(f.data)
	return len(b), f.store()
}

func (f *file) Close() error { return nil }

func (f *file) store() error {
	return f.view.put(f.path, &node{mode: f.mode, data: f.data})
}

// fileInfo is a node with its name.
type fileInfo struct {
	name string
	node *node
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return int64(len(i.node.data)) }
func (i fileInfo) Mode() fs.FileMode  { return i.node.mode }
func (i fileInfo) ModTime() time.Time { return i.node.mtime }
func (i fileInfo) IsDir() bool        { return i.node.mode.IsDir() }
func (i fileInfo) Sys() any           { return nil }

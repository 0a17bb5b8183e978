package enginetest

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"
)

// mountedTree is a tree within another: a volume at its target.
type mountedTree struct {
	target   string
	tree     *tree
	root     string // the path in tree that is seen at target
	readOnly bool
}

// view is what a container sees: its own tree and the mounts over it.
type view struct {
	mounts []mountedTree // the longest target first; the last one is "/"
	now    func() time.Time
}

// newView is a view of a tree, and of what is mounted over it.
func newView(root *tree, now func() time.Time, mounts ...mountedTree) *view {
	all := append(slices.Clone(mounts), mountedTree{target: "/", tree: root, root: "/"})
	slices.SortStableFunc(all, func(a, b mountedTree) int { return len(b.target) - len(a.target) })
	return &view{mounts: all, now: now}
}

// root is the mount at "/".
func (v *view) root() *mountedTree { return &v.mounts[len(v.mounts)-1] }

// locate finds the mount that a clean absolute path is in, and its path there.
func (v *view) locate(p string) (mountedTree, string) {
	for _, m := range v.mounts {
		if rest, ok := strings.CutPrefix(p, m.target); ok && (rest == "" || rest[0] == '/' || m.target == "/") {
			return m, path.Join(m.root, rest)
		}
	}
	panic("a view without a root")
}

// maxLinks is how many symbolic links a path may go through.
const maxLinks = 40

// resolve follows symbolic links in a path; the last element only if asked.
func (v *view) resolve(p string, last linkMode) (string, error) {
	p = path.Clean("/" + p)
	for links := 0; ; links++ {
		next, changed := v.step(p, last)
		if !changed {
			return p, nil
		}
		if links == maxLinks {
			return "", &fs.PathError{Op: "open", Path: p, Err: syscall.ELOOP}
		}
		p = next
	}
}

// linkMode says what a path that ends in a symbolic link means.
type linkMode int

const (
	followLast linkMode = iota // what it points to
	keepLast                   // the link itself
)

// step replaces the first link in a path by its target.
func (v *view) step(p string, last linkMode) (string, bool) {
	elements := strings.Split(strings.TrimPrefix(p, "/"), "/")
	for i := range elements {
		prefix := "/" + strings.Join(elements[:i+1], "/")
		if i == len(elements)-1 && last == keepLast {
			break
		}
		m, sub := v.locate(prefix)
		n := m.tree.get(sub)
		if n == nil || n.mode&fs.ModeSymlink == 0 {
			continue
		}
		target := n.link
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(prefix), target)
		}
		return path.Join(append([]string{target}, elements[i+1:]...)...), true
	}
	return p, false
}

// lookup finds the node at a path.
func (v *view) lookup(p string, last linkMode) (*node, error) {
	p, err := v.resolve(p, last)
	if err != nil {
		return nil, err
	}
	m, sub := v.locate(p)
	n := m.tree.get(sub)
	if n == nil && sub == m.root {
		n = &node{mode: fs.ModeDir | 0o755} // a mount's root that nobody filled
	}
	if n == nil {
		return nil, &fs.PathError{Op: "stat", Path: p, Err: syscall.ENOENT}
	}
	return n, nil
}

func (v *view) stat(p string, last linkMode) (fs.FileInfo, error) {
	n, err := v.lookup(p, last)
	if err != nil {
		return nil, err
	}
	return fileInfo{path.Base(path.Clean("/" + p)), n}, nil
}

// readFile is the content of a file.
func (v *view) readFile(p string) ([]byte, error) {
	n, err := v.lookup(p, followLast)
	if err != nil {
		return nil, err
	}
	if n.mode.IsDir() {
		return nil, &fs.PathError{Op: "read", Path: p, Err: syscall.EISDIR}
	}
	return n.data, nil
}

// readDir lists a folder, mount points included, by name.
func (v *view) readDir(p string) ([]fs.DirEntry, error) {
	p, err := v.resolve(p, followLast)
	if err != nil {
		return nil, err
	}
	n, err := v.lookup(p, followLast)
	if err != nil {
		return nil, err
	}
	if !n.mode.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: p, Err: syscall.ENOTDIR}
	}
	names := map[string]bool{}
	m, sub := v.locate(p)
	for _, q := range m.tree.below(sub) {
		if path.Dir(q) == sub {
			names[path.Base(q)] = true
		}
	}
	for _, m := range v.mounts {
		if m.target != "/" && path.Dir(m.target) == p {
			names[path.Base(m.target)] = true
		}
	}
	var entries []fs.DirEntry
	for _, name := range sortedKeys(names) {
		if info, err := v.stat(path.Join(p, name), keepLast); err == nil {
			entries = append(entries, fs.FileInfoToDirEntry(info))
		}
	}
	return entries, nil
}

// put writes a node, replacing what is there. Its folder has to exist.
func (v *view) put(p string, n *node) error {
	p, err := v.resolve(p, followLast)
	if err != nil {
		return err
	}
	dir, err := v.lookup(path.Dir(p), followLast)
	if err != nil {
		return &fs.PathError{Op: "open", Path: p, Err: syscall.ENOENT}
	}
	if !dir.mode.IsDir() {
		return &fs.PathError{Op: "open", Path: p, Err: syscall.ENOTDIR}
	}
	m, sub := v.locate(p)
	if m.readOnly {
		return &fs.PathError{Op: "open", Path: p, Err: syscall.EROFS}
	}
	n.mtime = v.now()
	m.tree.put(sub, n)
	return nil
}

// remove deletes a path with all below it.
func (v *view) remove(p string) error {
	p, err := v.resolve(p, keepLast)
	if err != nil {
		return err
	}
	if _, err := v.lookup(p, keepLast); err != nil {
		return err
	}
	m, sub := v.locate(p)
	switch {
	case m.readOnly:
		return &fs.PathError{Op: "remove", Path: p, Err: syscall.EROFS}
	case sub == m.root:
		return &fs.PathError{Op: "remove", Path: p, Err: syscall.EBUSY}
	}
	m.tree.removeAll(sub)
	return nil
}

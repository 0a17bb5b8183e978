package enginetest

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// readHost copies a bind's source from the host into the bind's tree, if it
// lies below a folder that the engine's options name. Containers see the host's
// files as of their creation and last start, and never write them.
func (e *Engine) readHost(m *mountPoint) {
	if !e.mayRead(m.source) {
		return
	}
	info, err := os.Stat(m.source)
	if err != nil {
		return
	}
	if !info.IsDir() {
		m.root = "/" + path.Base(filepath.ToSlash(m.source))
		if data, err := os.ReadFile(m.source); err == nil {
			m.tree.put(m.root, &node{mode: info.Mode().Perm(), data: data, mtime: info.ModTime()})
		}
		return
	}
	// An unreadable file is one that the container does not see.
	_ = filepath.WalkDir(m.source, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || p == m.source {
			return err
		}
		rel, err := filepath.Rel(m.source, p)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		n := &node{mode: info.Mode(), mtime: info.ModTime()}
		if info.Mode().IsRegular() {
			if n.data, err = os.ReadFile(p); err != nil {
				return err
			}
		}
		m.tree.put("/"+filepath.ToSlash(rel), n)
		return nil
	})
}

func (e *Engine) mayRead(source string) bool {
	for _, dir := range e.hostFolders {
		if rel, err := filepath.Rel(dir, source); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

package enginetest

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// tree is a file system in memory: an image's, a container's, a volume's. Its
// paths are clean and absolute; "/" is always there. Parents of what is
// written come into being by themselves.
type tree struct {
	mu    sync.RWMutex // guards below
	nodes map[string]*node
}

// node is a file, folder or symbolic link. Once in a tree it is not changed
// but replaced, so that trees share nodes.
type node struct {
	mode  fs.FileMode
	data  []byte
	mtime time.Time
	link  string
}

func newTree() *tree {
	return &tree{nodes: map[string]*node{"/": {mode: fs.ModeDir | 0o755}}}
}

// clone copies the tree; the nodes are shared.
func (t *tree) clone() *tree {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return &tree{nodes: maps.Clone(t.nodes)}
}

// put places a node, with the folders above it.
func (t *tree) put(p string, n *node) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.putLocked(p, n)
}

func (t *tree) putLocked(p string, n *node) {
	p = path.Clean("/" + p)
	for dir := path.Dir(p); t.nodes[dir] == nil; dir = path.Dir(dir) {
		t.nodes[dir] = &node{mode: fs.ModeDir | 0o755, mtime: n.mtime}
	}
	t.nodes[p] = n
}

func (t *tree) get(p string) *node {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.nodes[p]
}

// removeAll removes a path with everything below it.
func (t *tree) removeAll(p string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.nodes, func(q string, _ *node) bool {
		return q != "/" && (q == p || strings.HasPrefix(q, strings.TrimSuffix(p, "/")+"/"))
	})
}

// below lists the paths under a folder, in order, the folder itself not among
// them.
func (t *tree) below(dir string) []string {
	prefix := strings.TrimSuffix(dir, "/") + "/"
	t.mu.RLock()
	defer t.mu.RUnlock()
	var paths []string
	for p := range t.nodes {
		if strings.HasPrefix(p, prefix) && p != "/" {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	return paths
}

// copyInto copies what is below from in t to below to in another tree.
func (t *tree) copyInto(from string, dst *tree, to string) {
	for _, p := range t.below(from) {
		if n := t.get(p); n != nil {
			dst.put(path.Join(to, strings.TrimPrefix(p, strings.TrimSuffix(from, "/"))), n)
		}
	}
}

package engine

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sync"

	"github.com/containerd/errdefs"

	"github.com/compose-orchestrator/compose/hint"
)

// paths are all paths of a change in the container.
func (c SyncChange) paths() []string {
	paths := slices.Clone(c.Deletes)
	for _, w := range c.Writes {
		paths = append(paths, w.Target)
	}
	return paths
}

// parents are the folders between the roots and the paths, and the roots, less
// what is deleted first: sorted, so that each stands behind those it is in.
func (c SyncChange) parents() []string {
	seen := map[string]bool{}
	for _, p := range c.paths() {
		root := c.rootOf(p)
		if root == "" || root == p {
			continue
		}
		for dir := path.Dir(p); within(root, dir) && !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = !slices.ContainsFunc(c.Deletes, func(gone string) bool { return within(gone, dir) })
			if dir == "/" {
				break
			}
		}
	}
	maps.DeleteFunc(seen, func(_ string, there bool) bool { return !there })
	return sortedKeys(seen)
}

// rootOf is the deepest root that a path is below; "": none.
func (c SyncChange) rootOf(p string) string {
	best := ""
	for _, root := range c.Roots {
		if within(root, p) && len(root) > len(best) {
			best = root
		}
	}
	return best
}

// fenceParallel is how many folders are asked for at once.
const fenceParallel = 8

// fence refuses paths that a link of the container would lead elsewhere, and
// returns the folders that are not there.
func (s *Syncer) fence(ctx context.Context, t *syncTarget, change SyncChange) (missing map[string]bool, err error) {
	parents := slices.DeleteFunc(change.parents(), func(dir string) bool {
		return t.rooted[dir] && slices.Contains(change.Roots, dir) // a root may be a link
	})
	links := make([]string, len(parents))
	absent := make([]bool, len(parents))
	failed := make([]error, len(parents))
	slots := make(chan struct{}, fenceParallel)
	var asking sync.WaitGroup
	for i, dir := range parents {
		slots <- struct{}{}
		asking.Go(func() {
			defer func() { <-slots }()
			stat, err := s.c.ContainerStatPath(ctx, t.id, dir)
			switch {
			case errdefs.IsNotFound(err):
				absent[i] = true
			case err != nil:
				failed[i] = err
			case stat.Mode&fs.ModeSymlink != 0:
				links[i] = stat.LinkTarget
			}
		})
	}
	asking.Wait()
	missing = map[string]bool{}
	for i, dir := range parents {
		switch {
		case failed[i] != nil:
			return nil, fmt.Errorf("looking at %s in %s: %w", dir, t.name, failed[i])
		case links[i] != "" && !slices.Contains(change.Roots, dir):
			return nil, linkRefused(t, dir, links[i])
		case absent[i]:
			missing[dir] = true
		default:
			t.rooted[dir] = true
		}
	}
	return missing, nil
}

// linkRefused is a link on the way to a path.
func linkRefused(t *syncTarget, dir, to string) error {
	return hint.New(fmt.Sprintf("cannot sync below %s in %s: it is a symbolic link to %s there", dir, t.name, to),
		"a link of the container is not followed out of the rule's target; remove it, or ignore the path")
}

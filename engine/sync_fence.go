package engine

import (
	"context"
	"fmt"
	"io/fs"
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

// parents are the folders on the way to a change's paths, from the roots on,
// sorted, so that each stands behind those it is in. ask are those to look at,
// with whether they may be no links, which the root itself may; gone those that
// are deleted first, and are to be there for what is written.
func (c SyncChange) parents() (ask map[string]bool, gone []string) {
	ask, deleted := map[string]bool{}, map[string]bool{}
	for _, p := range c.Deletes {
		deleted[p] = true
	}
	made := map[string]bool{}
	for i, p := range c.paths() {
		root := c.rootOf(p)
		if root == "" {
			continue
		}
		if root == p { // the rule is about a file
			root = path.Dir(p)
		}
		for dir := path.Dir(p); within(root, dir); dir = path.Dir(dir) {
			switch {
			case !anyAbove(deleted, dir):
				ask[dir] = ask[dir] || dir != root
			case i >= len(c.Deletes):
				made[dir] = true
			}
			if dir == "/" {
				break
			}
		}
	}
	return ask, sortedKeys(made)
}

// anyAbove tells whether a path or a folder that it is in is among some.
func anyAbove(some map[string]bool, p string) bool {
	if len(some) == 0 {
		return false
	}
	for !some[p] && p != "/" {
		p = path.Dir(p)
	}
	return some[p]
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
// returns the folders that are not there once the change's deletes are made. The
// engine would make them too, as root's.
func (s *Syncer) fence(ctx context.Context, t *syncTarget, change SyncChange) (missing map[string]bool, err error) {
	ask, gone := change.parents()
	parents := sortedKeys(ask)
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
		case links[i] != "" && ask[dir]:
			return nil, linkRefused(t, dir, links[i])
		case absent[i]:
			missing[dir] = true
		}
	}
	for _, dir := range gone {
		missing[dir] = true
	}
	return missing, nil
}

// linkRefused is a link on the way to a path.
func linkRefused(t *syncTarget, dir, to string) error {
	return hint.New(fmt.Sprintf("cannot sync below %s in %s: it is a symbolic link to %s there", dir, t.name, to),
		"a link of the container is not followed out of the rule's target; remove it, or ignore the path")
}

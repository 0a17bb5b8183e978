package filesync

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/files"
	"github.com/compose-orchestrator/compose/hint"
)

// paths are all paths of a change in the container.
func (c Change) paths() []string {
	paths := slices.Clone(c.Deletes)
	for _, w := range c.Writes {
		paths = append(paths, w.Target)
	}
	return paths
}

// rootOf is the deepest root that a path is below; "": none.
func (c Change) rootOf(p string) string {
	best := ""
	for _, root := range c.Roots {
		if files.Within(root, p) && len(root) > len(best) {
			best = root
		}
	}
	return best
}

// follows tells whether a link of the container at a path of the change is written
// through: not where the folder has, or had, a link itself.
func (c Change) follows(w Write) bool {
	return w.Mode&fs.ModeSymlink == 0 && !c.Links[w.Target]
}

// withAll is a set with more in it.
func withAll(set map[string]bool, more []string) map[string]bool {
	all := make(map[string]bool, len(set)+len(more))
	maps.Copy(all, set)
	for _, p := range more {
		all[p] = true
	}
	return all
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

const (
	// parallelAsks is how many paths are asked for at once.
	parallelAsks = 8
	// maxLinks is how many links a path may go through.
	maxLinks = 40
	// maxAsks is of how many files a container is asked whether they are links. It
	// lists its links where there are more, with find; one without it, or that does not
	// run, is asked of none, unless it has an agent: that replaces no link.
	maxAsks = 256
)

// follower finds where a change's paths are in a container, whose links it follows.
type follower struct {
	s      *Syncer
	t      *knownContainer
	change Change
	gone   map[string]bool   // what the change deletes
	plain  map[string]bool   // what is no link, nobody asked more of it
	ends   map[string]string // where links lead that were met

	mu    sync.Mutex // guards below
	stats map[string]container.PathStat
	none  map[string]bool // what is not there
}

// follow returns the change with its paths where they are in the container, and the
// folders that are not there once its deletes are made: the engine would make them
// too, as root's. back are the paths as the change has them.
func (s *Syncer) follow(ctx context.Context, t *knownContainer, change Change) (to Change, missing map[string]bool, back map[string]string, err error) {
	f := &follower{
		s: s, t: t, change: change,
		gone: map[string]bool{}, plain: withAll(t.above, nil), ends: map[string]string{}, stats: map[string]container.PathStat{}, none: map[string]bool{},
	}
	for _, p := range change.Deletes {
		f.gone[p] = true
	}
	if err := f.askAll(ctx); err != nil {
		return to, nil, nil, err
	}
	f.learn()
	to, back = Change{Roots: change.Roots, Links: map[string]bool{}}, map[string]string{}
	for _, p := range change.Deletes {
		where, err := f.deleted(ctx, p)
		if err != nil {
			return to, nil, nil, err
		}
		to.Deletes = append(to.Deletes, where...)
	}
	for _, w := range change.Writes {
		where, err := f.where(ctx, w.Target, change.follows(w) && !f.gone[w.Target])
		if err != nil {
			return to, nil, nil, err
		}
		to.Links[where] = change.Links[w.Target]
		back[where], w.Target = w.Target, where
		to.Writes = append(to.Writes, w)
	}
	to.Links = withAll(to.Links, to.Deletes) // a link that is deleted is not one to follow
	missing, err = f.missing(ctx, to)
	return to, missing, back, err
}

// askAll asks for what the change needs to know where there are no links, at once.
func (f *follower) askAll(ctx context.Context) error {
	folders, files := map[string]bool{}, map[string]bool{}
	for _, p := range f.change.paths() {
		if f.change.rootOf(p) == "" {
			continue
		}
		for dir := path.Dir(p); dir != "/" && !folders[dir]; dir = path.Dir(dir) {
			if !f.plain[dir] && !anyAbove(f.gone, dir) {
				folders[dir] = true
			}
		}
	}
	for _, p := range f.change.Deletes {
		files[p] = f.change.rootOf(p) != "" && !f.change.Links[p]
	}
	for _, w := range f.change.Writes {
		files[w.Target] = f.change.rootOf(w.Target) != "" && f.change.follows(w) && !anyAbove(f.gone, w.Target)
	}
	var ask []string
	for p, wanted := range files {
		if wanted {
			ask = append(ask, p)
		}
	}
	if len(ask) <= burst {
		return f.askFor(ctx, append(slices.Sorted(maps.Keys(folders)), ask...))
	}
	if err := f.askFor(ctx, slices.Sorted(maps.Keys(folders))); err != nil {
		return err
	}
	ask = slices.DeleteFunc(ask, func(p string) bool { return f.none[path.Dir(p)] })
	return f.askFor(ctx, f.links(ctx, ask))
}

// learn keeps of the folders above the roots which are no links: nobody moves those
// while a container runs, and each change would ask for them.
func (f *follower) learn() {
	for _, root := range f.change.Roots {
		for dir := path.Dir(root); dir != "/"; dir = path.Dir(dir) {
			if stat, there := f.stats[dir]; there && stat.Mode.IsDir() {
				f.t.above = withAll(f.t.above, []string{dir})
			}
		}
	}
}

// links are those of many paths that may be links; the rest is plain.
func (f *follower) links(ctx context.Context, paths []string) (some []string) {
	command := []string{"find"}
	for _, root := range f.change.Roots {
		command = append(command, strings.TrimSuffix(root, "/")+"/")
	}
	output, code, err := f.s.exec(ctx, f.t, append(command, "-type", "l"))
	if without := err != nil || code == 126 || code == 127; without && (len(paths) <= maxAsks || f.t.agent != nil) {
		return paths
	}
	found := map[string]bool{}
	for line := range strings.SplitSeq(output, "\n") {
		found[path.Clean(strings.TrimSpace(line))] = true
	}
	for _, p := range paths {
		if found[p] || slices.Contains(f.change.Roots, p) {
			some = append(some, p)
		} else {
			f.plain[p] = true
		}
	}
	return some
}

// askFor asks for paths, several at once.
func (f *follower) askFor(ctx context.Context, paths []string) error {
	failed := make([]error, len(paths))
	slots := make(chan struct{}, parallelAsks)
	var asking sync.WaitGroup
	for i, p := range paths {
		slots <- struct{}{}
		asking.Go(func() {
			defer func() { <-slots }()
			failed[i] = f.ask(ctx, p)
		})
	}
	asking.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// ask asks for one path, once.
func (f *follower) ask(ctx context.Context, p string) error {
	f.mu.Lock()
	_, known := f.stats[p]
	known = known || f.none[p]
	f.mu.Unlock()
	if known {
		return nil
	}
	stat, err := f.s.c.ContainerStatPath(ctx, f.t.id, p)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case errdefs.IsNotFound(err):
		f.none[p] = true
	case err != nil:
		return fmt.Errorf("looking at %s in %s: %w", p, f.t.name, err)
	default:
		f.stats[p] = stat
	}
	return nil
}

// where is a path of the change, with the links on the way to it followed, and with
// last also one that it is itself.
func (f *follower) where(ctx context.Context, p string, last bool) (string, error) {
	root := f.change.rootOf(p)
	if root == "" {
		return p, nil
	}
	at, err := f.real(ctx, p, last, maxLinks)
	if err != nil || at == p {
		return at, err
	}
	m := f.t.mountOf(at)
	if own := m == nil || m == f.t.mountOf(p) || m == f.t.mountOf(root); !own || !ownFiles(at) {
		return "", hint.New(fmt.Sprintf("cannot sync %s in %s: a symbolic link leads out of the container's own file system, to %s", p, f.t.name, at),
			"sync to that path itself where it is a volume, remove the link, or ignore the path")
	}
	return at, nil
}

// ownFiles tells of a path that it is not the kernel's.
func ownFiles(p string) bool {
	return !files.Within("/proc", p) && !files.Within("/sys", p) && !files.Within("/dev", p)
}

// real is a path with its links followed.
func (f *follower) real(ctx context.Context, p string, last bool, left int) (string, error) {
	if p == "/" {
		return p, nil
	}
	dir, err := f.real(ctx, path.Dir(p), true, left)
	if err != nil {
		return "", err
	}
	at := path.Join(dir, path.Base(p))
	if !last || f.plain[p] || f.plain[at] || anyAbove(f.gone, path.Dir(at)) {
		return at, nil
	}
	if err := f.ask(ctx, at); err != nil {
		return "", err
	}
	if f.stats[at].Mode&fs.ModeSymlink == 0 {
		return at, nil
	}
	return f.behind(ctx, p, at, left)
}

// deleted is what to delete for a path: behind a link that is a file; behind one that
// is a folder what the change names in it, since there may be more; else the path.
func (f *follower) deleted(ctx context.Context, p string) ([]string, error) {
	through := f.change.rootOf(p) != "" && !f.change.Links[p]
	at, err := f.where(ctx, p, false)
	if err != nil || !through || f.stats[at].Mode&fs.ModeSymlink == 0 {
		return []string{at}, err
	}
	behind, err := f.where(ctx, p, true)
	if err == nil {
		err = f.ask(ctx, behind)
	}
	if err != nil || !f.stats[behind].Mode.IsDir() {
		return []string{behind}, err
	}
	var all []string
	for _, below := range f.change.Below {
		if path.Dir(below) == p {
			all = append(all, path.Join(behind, path.Base(below)))
		}
	}
	return all, nil
}

// missing are the folders on the way to what is written that are not there.
func (f *follower) missing(ctx context.Context, to Change) (map[string]bool, error) {
	gone, missing := map[string]bool{}, map[string]bool{}
	for _, p := range to.Deletes {
		gone[p] = true
	}
	for i, w := range to.Writes {
		if f.change.rootOf(f.change.Writes[i].Target) == "" {
			continue
		}
		for dir := path.Dir(w.Target); dir != "/" && !missing[dir]; dir = path.Dir(dir) {
			if anyAbove(gone, dir) {
				missing[dir] = true
				continue
			}
			if err := f.ask(ctx, dir); err != nil {
				return nil, err
			}
			if !f.none[dir] {
				break
			}
			missing[dir] = true
		}
	}
	return missing, nil
}

package engine

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
)

// SyncWrite is a file, folder or link of this machine that goes into a
// container, with the owner that its processes have.
type SyncWrite struct {
	Source  string      // absolute path here; not read for folders and links
	Target  string      // absolute path there, slashes
	Mode    fs.FileMode // its type and permissions
	ModTime time.Time
	Link    string // where a symbolic link leads
}

// SyncChange is what a container's files are to follow.
type SyncChange struct {
	Deletes []string // absolute paths; a folder goes with its content
	Writes  []SyncWrite
	// Roots are the folders below which no link of the container is followed:
	// the targets of the rules. A path below none of them is followed anywhere.
	Roots []string
}

// SyncOptions say how files are synced.
type SyncOptions struct {
	Engine string // "docker", "podman"
	Arch   string // the engine's processor, Go's name
	// Program is this program's path: it is put into containers that have no rm.
	// "": deletes fail there.
	Program string
}

// Syncer applies changes to the files of containers. It is safe for concurrent
// use with different containers. Close it after use.
type Syncer struct {
	c Client
	o SyncOptions

	mu    sync.Mutex // guards below
	known map[string]*syncTarget
}

// NewSyncer returns a Syncer.
func NewSyncer(c Client, o SyncOptions) *Syncer {
	return &Syncer{c: c, o: o, known: map[string]*syncTarget{}}
}

// syncTarget is what is known of a container, and does not change in its life.
type syncTarget struct {
	id, name string
	owner    owners
	readOnly bool // its root
	mounts   []syncMount

	mu       sync.Mutex      // held while the container is changed; guards below
	remover  []string        // the command that removes what is named behind it; nil: not known yet
	injected bool            // this program is in the container
	pending  []string        // deletes that wait for the container to run
	rooted   map[string]bool // roots that are there: they are not asked for again
}

// syncMount is a place with other files than the container's own.
type syncMount struct {
	target string
	tmpfs  bool
	ro     bool
}

// Apply makes the change to a container: first its deletes, then its writes. A
// container that does not run takes the writes; the deletes wait for Settle, or
// for the next Apply once it runs. Files are replaced whole: until its last byte
// is there a reader sees the old one. (Volumes and bind mounts are the exception,
// and a moment of some microseconds in which there is neither.) Parent folders
// that are missing are made. Files that are gone here by then are left out; left
// are their targets.
func (s *Syncer) Apply(ctx context.Context, id string, change SyncChange) (left []string, err error) {
	t, err := s.target(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := t.check(change); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	missing, err := s.fence(ctx, t, change)
	if err != nil {
		return nil, err
	}
	if err := s.settle(ctx, t, slices.Concat(t.pending, change.Deletes)); err != nil {
		return nil, err
	}
	t.pending = slices.DeleteFunc(t.pending, func(p string) bool {
		return slices.ContainsFunc(change.Writes, func(w SyncWrite) bool { return w.Target == p })
	})
	return s.write(ctx, t, change.Writes, missing)
}

// Settle makes up for the deletes that waited for a container to run.
func (s *Syncer) Settle(ctx context.Context, id string) error {
	s.mu.Lock()
	t := s.known[id]
	s.mu.Unlock()
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return s.settle(ctx, t, t.pending)
}

// settle removes paths, or keeps them for later where the container does not run.
func (s *Syncer) settle(ctx context.Context, t *syncTarget, paths []string) error {
	err := s.remove(ctx, t, paths)
	if errdefs.IsConflict(err) {
		t.pending = paths
		return nil
	}
	if err == nil {
		t.pending = nil
	}
	return err
}

// target looks a container up, once.
func (s *Syncer) target(ctx context.Context, id string) (*syncTarget, error) {
	s.mu.Lock()
	t := s.known[id]
	s.mu.Unlock()
	if t != nil {
		return t, nil
	}
	c, err := s.c.ContainerInspect(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("inspecting the container: %w", err)
	}
	t = &syncTarget{id: c.ID, name: strings.TrimPrefix(c.Name, "/"), rooted: map[string]bool{}}
	if c.HostConfig != nil {
		t.readOnly = c.HostConfig.ReadonlyRootfs
		for target := range c.HostConfig.Tmpfs {
			t.mounts = append(t.mounts, syncMount{target: path.Clean(target), tmpfs: true})
		}
	}
	for _, m := range c.Mounts {
		t.mounts = append(t.mounts, syncMount{target: path.Clean(m.Destination), tmpfs: m.Type == mount.TypeTmpfs, ro: !m.RW})
	}
	slices.SortFunc(t.mounts, func(a, b syncMount) int { return cmp.Compare(len(b.target), len(a.target)) })
	user := ""
	if c.Config != nil {
		user = c.Config.User
	}
	if user != "" {
		of := []File{{UID: ofUser, GID: ofUser}}
		if t.owner, err = (&Doer{c: s.c}).owners(ctx, id, user, of); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	s.known[id] = t
	s.mu.Unlock()
	return t, nil
}

// mountOf is the deepest mount that a path is in; nil: the container's own files.
func (t *syncTarget) mountOf(p string) *syncMount {
	for i, m := range t.mounts {
		if within(m.target, p) {
			return &t.mounts[i]
		}
	}
	return nil
}

// within tells whether a clean absolute path is a folder or below it.
func within(folder, p string) bool {
	return folder == "/" || p == folder || strings.HasPrefix(p, folder+"/")
}

// check refuses what the engine could not write, or would write where nobody
// sees it.
func (t *syncTarget) check(change SyncChange) error {
	for _, p := range change.paths() {
		if p == "/" || !path.IsAbs(p) || path.Clean(p) != p {
			return fmt.Errorf("syncing %s: %q is no path below the container's root", t.name, p)
		}
		m := t.mountOf(p)
		switch {
		case m == nil && t.readOnly:
			return &Error{
				Op:   fmt.Sprintf("cannot sync %s to %s: its root file system is read-only", p, t.name),
				Help: "leave read_only: true out while developing, or sync into a volume that is mounted there",
			}
		case m != nil && m.tmpfs:
			return &Error{
				Op:   fmt.Sprintf("cannot sync %s to %s: %s is a tmpfs, which the engine does not write to", p, t.name, m.target),
				Help: "choose a target outside of it, or mount a volume there",
			}
		case m != nil && m.ro:
			return &Error{
				Op:   fmt.Sprintf("cannot sync %s to %s: %s is mounted read-only", p, t.name, m.target),
				Help: "leave the mount out, or its read_only option",
			}
		}
	}
	return nil
}

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
			return nil, &Error{
				Op:   fmt.Sprintf("cannot sync below %s in %s: it is a symbolic link to %s there", dir, t.name, links[i]),
				Help: "a link of the container is not followed out of the rule's target; remove it, or ignore the path",
			}
		case absent[i]:
			missing[dir] = true
		default:
			t.rooted[dir] = true
		}
	}
	return missing, nil
}

// Close removes from running containers what deletes needed.
func (s *Syncer) Close(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.known {
		if t.injected {
			_, _, _ = s.exec(ctx, t, slices.Concat(t.remover, []string{injectedPath}))
		}
	}
	clear(s.known)
}

// exec runs a command as root and returns what it printed.
func (s *Syncer) exec(ctx context.Context, t *syncTarget, command []string) (output string, code int, err error) {
	made, err := s.c.ContainerExecCreate(ctx, t.id, container.ExecOptions{
		User: "0", WorkingDir: "/", Cmd: command, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return "", 0, err
	}
	return s.finish(ctx, made.ID)
}

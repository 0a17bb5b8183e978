// Package filesync makes the files of containers follow those of this machine, under
// watch: by the engine's archives, or by an agent in the container. It is not called
// sync, as those who use it use the standard library's package of that name too.
package filesync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/files"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/regular"
)

// Write is a file, folder or link of this machine that goes into a
// container, with the owner that its processes have.
type Write struct {
	Source  string      // absolute path here; not read for folders and links
	Root    string      // folder here that no link on the way to Source leads out of; "": its own
	Target  string      // absolute path there, slashes
	Mode    fs.FileMode // its type and permissions
	ModTime time.Time   // zero: now
	Link    string      // where a symbolic link leads
}

// open opens the source. A container that has its folder mounted may put links and pipes
// in its place at any moment: what it cannot read itself is not copied into it. What is
// no file any more does not exist.
func (w Write) open() (*os.File, error) {
	root := cmp.Or(w.Root, filepath.Dir(w.Source))
	rel, err := filepath.Rel(root, w.Source)
	if err != nil {
		return nil, err
	}
	f, err := regular.OpenIn(root, rel)
	if errors.Is(err, regular.ErrOther) {
		return nil, fs.ErrNotExist
	}
	return f, err
}

// time is what the container has as the time of the last change.
func (w Write) time() time.Time {
	if w.ModTime.IsZero() {
		return time.Now()
	}
	return w.ModTime
}

// Change is what a container's files are to follow.
type Change struct {
	Deletes []string // absolute paths; a folder goes with its content
	Writes  []Write
	// Below are paths in folders that Deletes has.
	Below []string
	// Links are paths at which the folder has, or had, a symbolic link: what is there
	// is that, and is not written through.
	Links map[string]bool
	// Roots are the targets of the rules. Links of the container on the way to what is
	// below one are followed, within the container's own file system. Nobody looks
	// after a path below none.
	Roots []string
}

// Options say how files are synced.
type Options struct {
	Engine string // "docker", "podman"
	Arch   string // the engine's processor, Go's name
}

// Syncer applies changes to the files of containers. It is safe for concurrent
// use with different containers. Close it after use.
type Syncer struct {
	c        api.Client
	o        Options
	agentFor func(arch string) ([]byte, error)
	// Agents start in the background, whatever becomes of the call that asked for them.
	life     context.Context // ends with Close
	end      context.CancelFunc
	starting sync.WaitGroup
	slots    chan struct{} // of those that start at once

	mu    sync.Mutex // guards below
	known map[string]*knownContainer
}

// New returns a Syncer.
func New(c api.Client, o Options) *Syncer {
	life, end := context.WithCancel(context.Background())
	return &Syncer{
		c: c, o: o, known: map[string]*knownContainer{},
		life: life, end: end, agentFor: agentFor, slots: make(chan struct{}, agentsAtOnce),
	}
}

// Apply makes the change to a container: first its deletes, then its writes. A
// container that does not run takes the writes; the deletes wait for Settle, or for
// the next Apply once it runs. Files are replaced whole: until its last byte is there
// a reader sees the old one. (Volumes and bind mounts are the exception, and a moment
// of some microseconds in which there is neither.) Parent folders that are missing are
// made. Files that are gone here by then are left out; left are their targets. What
// the container cannot take is a hint.Error: a root or a mount that is read-only, a
// tmpfs, a link that leads elsewhere, no way to delete. Others name what was done and
// wrap the engine's.
func (s *Syncer) Apply(ctx context.Context, id string, change Change) (left []string, err error) {
	t, err := s.target(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := t.check(change); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	change.Deletes = slices.Concat(t.pending, change.Deletes)
	change.Links = withAll(change.Links, t.pending) // where they are is known
	left, done, err := s.applyWhole(ctx, t, change)
	var denied *agentDenied
	var link *agentMetLink
	switch {
	case errors.As(err, &denied):
	case errors.As(err, &link):
		t.above = nil // one of these may have become a link
	case done || err != nil:
		return left, err
	}
	r, err := s.resolve(ctx, t, change)
	if err != nil {
		return nil, err
	}
	if link != nil {
		left, done, err = s.applyWhole(ctx, t, r.change)
	}
	if link == nil || errors.As(err, &denied) || !done && err == nil {
		left, err = s.applyByEngine(ctx, t, r)
	}
	if denied != nil && err == nil && t.agent != nil { // it would not be able to the next time either
		t.agent.close()
		t.agent, t.noAgent, t.littered = nil, true, false
	}
	return r.named(left), notFollowed(t, err)
}

// applyWhole makes a change, which has what is pending, by the target's agent.
func (s *Syncer) applyWhole(ctx context.Context, t *knownContainer, change Change) (left []string, done bool, err error) {
	left, done, err = s.applyByAgent(ctx, t, change)
	if done && err == nil {
		t.pending = nil
	}
	return left, done, err
}

// notFollowed says of a link that an agent met where the engine had just seen none. The
// engine is not asked to write there: it does so by path.
func notFollowed(t *knownContainer, err error) error {
	var link *agentMetLink
	if errors.As(err, &link) {
		return hint.New(fmt.Sprintf("cannot sync %s: %s, which it was not a moment before", t.name, link.text),
			"find out what in the container changes it, or ignore the path")
	}
	return err
}

// resolvedChange is a change with its paths where they are in the container.
type resolvedChange struct {
	change  Change
	missing map[string]bool   // folders that are not there once the deletes are made
	back    map[string]string // the paths as they were
}

// named are paths as the change had them.
func (r resolvedChange) named(left []string) []string {
	for i, p := range left {
		left[i] = r.back[p]
	}
	return left
}

// resolve follows the links of the container, and refuses what the change must not
// reach. One of many is given an agent, which may have got lost. t.mu is held.
func (s *Syncer) resolve(ctx context.Context, t *knownContainer, change Change) (r resolvedChange, err error) {
	if t.many {
		s.prepare(t)
	}
	r.change, r.missing, r.back, err = s.follow(ctx, t, change)
	if err == nil {
		err = t.check(r.change)
	}
	return r, err
}

// applyByEngine makes a change, which has what is pending, by the archive API and
// the container's rm. t.mu is held.
func (s *Syncer) applyByEngine(ctx context.Context, t *knownContainer, r resolvedChange) (left []string, err error) {
	if err := s.settle(ctx, t, r.change.Deletes); err != nil {
		return nil, err
	}
	left, err = s.write(ctx, t, r.change.Writes, r.missing)
	if err == nil {
		t.pending = slices.DeleteFunc(slices.Clone(t.pending), func(p string) bool {
			return r.missing[p] || !slices.Contains(left, p) && slices.ContainsFunc(r.change.Writes, func(w Write) bool { return w.Target == p })
		})
	}
	return left, err
}

// Expect says that containers will get the same changes. Many of them are each
// given an agent, as soon as they run: an archive for each of 20 takes the engine
// longer than people notice.
func (s *Syncer) Expect(ids []string) {
	if len(ids) < agentsFrom {
		return
	}
	for _, id := range ids {
		s.starting.Go(func() {
			t, err := s.target(s.life, id)
			if err != nil {
				return // Apply will tell
			}
			t.mu.Lock()
			t.many = true
			t.mu.Unlock()
			s.prepare(t)
		})
	}
}

// prepare starts the agent of one of many containers in the background. Where
// that fails the archive API does it all.
func (s *Syncer) prepare(t *knownContainer) {
	s.starting.Go(func() {
		s.slots <- struct{}{}
		defer func() { <-s.slots }()
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.noAgent || t.agent != nil || s.life.Err() != nil {
			return
		}
		agent, err := s.startAgent(s.life, t)
		t.agent = agent
		if err != nil && !errdefs.IsConflict(err) && s.life.Err() == nil {
			t.lose() // the next change tries again: one that just ended may have got in its way
		}
	})
}

// Settle makes up for what waited for a container to run: deletes, the agent of one of
// many. It is called after each start. Its errors are Apply's.
func (s *Syncer) Settle(ctx context.Context, id string) error {
	s.mu.Lock()
	t := s.known[id]
	s.mu.Unlock()
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.agent != nil { // it ended with the container
		t.agent.conn.Close()
		t.agent = nil
	}
	if t.many {
		s.prepare(t)
	}
	return s.settle(ctx, t, t.pending)
}

// settle removes paths, or keeps them for later where the container does not run.
func (s *Syncer) settle(ctx context.Context, t *knownContainer, paths []string) error {
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

// Forget gives back what is kept of a container that is gone.
func (s *Syncer) Forget(id string) {
	s.mu.Lock()
	t := s.known[id]
	delete(s.known, id)
	s.mu.Unlock()
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.noAgent = true // also where one is about to start
	if t.agent != nil {
		t.agent.conn.Close()
		t.agent = nil
	}
}

// Close ends the agents, which take their files away. What lost ones left goes
// where the container runs and has an rm.
func (s *Syncer) Close() {
	s.end()
	s.starting.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*agentPatience)
	defer cancel()
	var ending sync.WaitGroup
	for _, t := range s.known {
		ending.Go(func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			switch {
			case t.agent != nil:
				t.agent.close()
				t.agent = nil
			case t.littered && !t.noRm:
				_ = s.remove(ctx, t, []string{agentPath, agentPath + ".new"})
			}
		})
	}
	ending.Wait()
	clear(s.known)
}

// exec runs a command as root and returns what it printed.
func (s *Syncer) exec(ctx context.Context, t *knownContainer, command []string) (output string, code int, err error) {
	return s.execAs(ctx, t, files.Owners{}, command)
}

func (s *Syncer) execAs(ctx context.Context, t *knownContainer, who files.Owners, command []string) (output string, code int, err error) {
	made, err := s.c.ContainerExecCreate(ctx, t.id, container.ExecOptions{
		User: fmt.Sprintf("%d:%d", who.UID, who.GID), WorkingDir: "/", Cmd: command, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return "", 0, err
	}
	return s.finish(ctx, made.ID)
}

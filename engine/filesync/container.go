package filesync

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/compose-orchestrator/compose/engine/files"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/hint"
)

// knownContainer is what is known of a container. What stands above mu does not change
// in its life.
type knownContainer struct {
	id, name string
	owner    files.Owners
	readOnly bool // its root
	mounts   []files.Mount

	mu       sync.Mutex // held while the container is changed; guards below
	noRm     bool       // its image has no rm
	pending  []string   // deletes that wait for the container to run
	many     bool       // it is one of many that get the same changes
	agent    *agent     // nil: none runs
	noAgent  bool       // none can run
	lost     int        // how many it lost, or that did not start
	littered bool       // an agent's file was put there

	above map[string]bool // folders above the rules' targets that are no links
}

// target looks a container up, once.
func (s *Syncer) target(ctx context.Context, id string) (*knownContainer, error) {
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
	t = &knownContainer{id: c.ID, name: strings.TrimPrefix(c.Name, "/")}
	if c.HostConfig != nil {
		t.readOnly = c.HostConfig.ReadonlyRootfs
	}
	t.mounts = files.MountsOf(c)
	user := ""
	if c.Config != nil {
		user = c.Config.User
	}
	if user != "" {
		of := []spec.CopiedFile{{UID: spec.OfUser, GID: spec.OfUser}}
		if t.owner, err = files.OwnersOf(ctx, s.c, id, user, of); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.known[id]; other != nil { // somebody else looked as well
		return other, nil
	}
	s.known[id] = t
	return t, nil
}

// mountOf is the deepest mount that a path is in; nil: the container's own files.
func (t *knownContainer) mountOf(p string) *files.Mount { return files.Deepest(t.mounts, p) }

// waits tells whether a path is to be deleted once the container runs. t.mu is
// held.
func (t *knownContainer) waits(p string) bool { return slices.Contains(t.pending, p) }

// check refuses what the engine could not write, or would write where nobody
// sees it.
func (t *knownContainer) check(change Change) error {
	for _, p := range change.paths() {
		if p == "/" || !path.IsAbs(p) || path.Clean(p) != p {
			return fmt.Errorf("syncing %s: %q is no path below the container's root", t.name, p)
		}
		m := t.mountOf(p)
		switch {
		case m == nil && t.readOnly:
			return hint.New(fmt.Sprintf("cannot sync %s to %s: its root file system is read-only", p, t.name),
				"leave read_only: true out while developing, or sync into a volume that is mounted there")
		case m != nil && m.Tmpfs:
			return hint.New(fmt.Sprintf("cannot sync %s to %s: %s is %s, which the engine does not write to", p, t.name, m.Target, m.Kind()),
				"choose a target outside of it, or mount a volume there")
		case m != nil && m.ReadOnly:
			return hint.New(fmt.Sprintf("cannot sync %s to %s: %s is mounted read-only", p, t.name, m.Target),
				"leave the mount out, or its read_only option")
		}
	}
	return nil
}

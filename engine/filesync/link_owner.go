package filesync

import (
	"archive/tar"
	"context"
	"fmt"
	"path"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/files"
	"github.com/compose-orchestrator/compose/hint"
)

// behind is where a link at a place leads that is met on the way to a path. The link
// and its owner are read at once: another may be there at the next look.
func (f *follower) behind(ctx context.Context, p, at string, left int) (string, error) {
	if end := f.ends[at]; end != "" { // many files may be behind it
		return end, nil
	}
	owner, to, err := f.link(ctx, at)
	if err != nil {
		return "", err
	}
	if left == 0 || to == at {
		return "", hint.New(fmt.Sprintf("cannot sync %s in %s: its symbolic links lead in a circle", p, f.t.name), "remove the link there, or ignore the path")
	}
	end, err := f.real(ctx, to, true, left-1)
	if err == nil {
		err = f.mayLead(ctx, owner, at, end)
	}
	if err == nil {
		f.ends[at] = end
	}
	return end, err
}

// link is a link's owner and where it leads. Podman's archive of one is of what is behind
// it: there nobody knows the owner, who counts as root.
func (f *follower) link(ctx context.Context, at string) (owner int, to string, err error) {
	if f.s.o.Engine == "podman" {
		return 0, files.LinkTarget(at, f.stats[at]), nil
	}
	h, err := f.header(ctx, at)
	if err != nil {
		return 0, "", err
	}
	if h == nil || h.Typeflag != tar.TypeSymlink {
		return 0, "", f.misled(at, "it changed while it was looked at")
	}
	return h.Uid, files.LinkTarget(at, container.PathStat{LinkTarget: path.Clean(h.Linkname)}), nil
}

// mayLead refuses a link that leads its owner to what is not theirs: changes are made
// there as root, and what is made is the container's user's. A link of root's leads
// anywhere. end is where the link leads, with no link on the way.
func (f *follower) mayLead(ctx context.Context, owner int, at, end string) error {
	if owner == 0 {
		return nil
	}
	for p := end; ; p = path.Dir(p) {
		there, err := f.header(ctx, p)
		switch {
		case err != nil:
			return err
		case there != nil && there.Uid == owner:
			return nil
		case there != nil && (there.Typeflag == tar.TypeDir || p != end):
			return f.misled(at, fmt.Sprintf("it belongs to user %d, and %s, which it leads to, does not", owner, end))
		}
	}
}

func (f *follower) misled(at, why string) error {
	return hint.New(fmt.Sprintf("cannot sync through the symbolic link %s in %s: %s", at, f.t.name, why),
		"give what it leads to the link's owner, make the link as root, in the image for one, or ignore the path")
}

// header is what the container's archive of a path begins with: it has the owner. nil:
// nothing is there.
func (f *follower) header(ctx context.Context, p string) (*tar.Header, error) {
	archive, _, err := f.s.c.CopyFromContainer(ctx, f.t.id, p)
	if errdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking at %s in %s: %w", p, f.t.name, err)
	}
	defer archive.Close()
	h, err := tar.NewReader(archive).Next()
	if err != nil {
		return nil, fmt.Errorf("looking at %s in %s: %w", p, f.t.name, err)
	}
	return h, nil
}

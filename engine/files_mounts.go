package engine

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
)

// The engine copies files of the container's root and of volumes. A tmpfs, and
// what the kernel mounts, exist in the container alone: what is written there
// lands below it, where nobody sees it, and what is read is not what the
// container has.

// syncMount is a place with other files than the container's own.
type syncMount struct {
	target string
	tmpfs  bool // the engine does not reach it
	ro     bool
	system bool // the runtime mounts it in every container
}

// containerMounts are the places of a container with other files than its own,
// the deepest first.
func containerMounts(c container.InspectResponse) []syncMount {
	var mounts []syncMount
	for _, m := range c.Mounts {
		mounts = append(mounts, syncMount{target: path.Clean(m.Destination), tmpfs: m.Type == mount.TypeTmpfs, ro: !m.RW})
	}
	if h := c.HostConfig; h != nil {
		for target := range h.Tmpfs {
			mounts = append(mounts, syncMount{target: path.Clean(target), tmpfs: true})
		}
		for _, m := range h.Mounts { // of one that never ran
			if m.Type == mount.TypeTmpfs {
				mounts = append(mounts, syncMount{target: path.Clean(m.Target), tmpfs: true})
			}
		}
	}
	if c.ContainerJSONBase == nil || c.Platform != "windows" {
		for _, target := range []string{"/dev", "/proc", "/sys"} {
			mounts = append(mounts, syncMount{target: target, tmpfs: true, system: true})
		}
	}
	slices.SortStableFunc(mounts, func(a, b syncMount) int { return cmp.Compare(len(b.target), len(a.target)) })
	return slices.CompactFunc(mounts, func(a, b syncMount) bool { return a.target == b.target })
}

// deepest is the deepest mount that a path is in; nil: the container's own files.
func deepest(mounts []syncMount, p string) *syncMount {
	for i, m := range mounts {
		if within(m.target, p) {
			return &mounts[i]
		}
	}
	return nil
}

// kind is what a place that the engine does not reach is.
func (m *syncMount) kind() string {
	if m.target == "/proc" || m.target == "/sys" {
		return "a file system of the kernel"
	}
	return "a tmpfs"
}

// linkTarget is the absolute path that a link in a container names.
func linkTarget(at string, stat container.PathStat) string {
	if path.IsAbs(stat.LinkTarget) {
		return stat.LinkTarget
	}
	return path.Join("/", path.Dir(at), stat.LinkTarget)
}

// within tells whether a clean absolute path is a folder or below it.
func within(folder, p string) bool {
	return folder == "/" || p == folder || strings.HasPrefix(p, folder+"/")
}

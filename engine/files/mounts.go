// Package files is the files of a container: copied in and out, exported and made an
// image of; whose they are, what is mounted among them, and what of them the engine
// does not reach.
package files

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

// Mount is a place with other files than the container's own.
type Mount struct {
	Target   string // clean and absolute
	Tmpfs    bool   // the engine does not reach it
	ReadOnly bool
	system   bool // the runtime mounts it in every container
}

// MountsOf are the places of a container with other files than its own,
// the deepest first.
func MountsOf(c container.InspectResponse) []Mount {
	var mounts []Mount
	for _, m := range c.Mounts {
		mounts = append(mounts, Mount{Target: path.Clean(m.Destination), Tmpfs: m.Type == mount.TypeTmpfs, ReadOnly: !m.RW})
	}
	if h := c.HostConfig; h != nil {
		for target := range h.Tmpfs {
			mounts = append(mounts, Mount{Target: path.Clean(target), Tmpfs: true})
		}
		for _, m := range h.Mounts { // of one that never ran
			if m.Type == mount.TypeTmpfs {
				mounts = append(mounts, Mount{Target: path.Clean(m.Target), Tmpfs: true})
			}
		}
	}
	if c.ContainerJSONBase == nil || c.Platform != "windows" {
		for _, target := range []string{"/dev", "/proc", "/sys"} {
			mounts = append(mounts, Mount{Target: target, Tmpfs: true, system: true})
		}
	}
	slices.SortStableFunc(mounts, func(a, b Mount) int { return cmp.Compare(len(b.Target), len(a.Target)) })
	return slices.CompactFunc(mounts, func(a, b Mount) bool { return a.Target == b.Target })
}

// Deepest is the deepest mount that a path is in; nil: the container's own files.
func Deepest(mounts []Mount, p string) *Mount {
	for i, m := range mounts {
		if Within(m.Target, p) {
			return &mounts[i]
		}
	}
	return nil
}

// Kind is what a place that the engine does not reach is.
func (m *Mount) Kind() string {
	if m.Target == "/proc" || m.Target == "/sys" {
		return "a file system of the kernel"
	}
	return "a tmpfs"
}

// LinkTarget is the absolute path that a link in a container names.
func LinkTarget(at string, stat container.PathStat) string {
	if path.IsAbs(stat.LinkTarget) {
		return stat.LinkTarget
	}
	return path.Join("/", path.Dir(at), stat.LinkTarget)
}

// Within tells whether a clean absolute path is a folder or below it.
func Within(folder, p string) bool {
	return folder == "/" || p == folder || strings.HasPrefix(p, folder+"/")
}

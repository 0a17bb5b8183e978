package spec

import (
	"path"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/mount"

	"github.com/compose-orchestrator/compose/project"
)

// FilesSuffix makes the name of a container's volume of files from its own.
const FilesSuffix = "_files"

// filesVolume puts the files that the container's own file system cannot take
// into a volume, and mounts each of them from there. The engine writes into
// nothing that is read-only, and what it writes below a tmpfs is not seen once
// the container starts and gets a new one.
func (sp *spec) filesVolume() error {
	for i := range sp.req.Files {
		f := &sp.req.Files[i]
		if !sp.unwritable(f.Path) {
			continue
		}
		if err := sp.require(f.Source+" in a place that is read-only or a tmpfs", "1.45"); err != nil {
			return err
		}
		sp.req.FilesVolume = sp.req.Name + FilesSuffix
		f.Slot = strconv.Itoa(i)
		sp.req.Host.Mounts = append(sp.req.Host.Mounts, mount.Mount{
			Type:          mount.TypeVolume,
			Source:        sp.req.FilesVolume,
			Target:        f.Path,
			ReadOnly:      true,
			VolumeOptions: &mount.VolumeOptions{NoCopy: true, Subpath: f.Slot},
		})
	}
	if sp.req.FilesVolume != "" {
		sp.req.Config.Labels[project.LabelFiles] = sp.req.FilesVolume
	}
	return nil
}

// unwritable tells whether nothing can be written to a path of the container
// before it starts.
func (sp *spec) unwritable(target string) bool {
	if sp.s.ReadOnly {
		return true
	}
	for _, t := range sp.s.Tmpfs {
		dir, _, _ := strings.Cut(t, ":")
		if isBelow(target, dir) {
			return true
		}
	}
	for _, v := range sp.s.Volumes {
		if (v.Type == types.VolumeTypeTmpfs || v.Type == types.VolumeTypeImage || v.ReadOnly) && isBelow(target, v.Target) {
			return true
		}
	}
	return false
}

// isBelow tells whether a path is in a folder, or is the folder.
func isBelow(target, dir string) bool {
	target, dir = path.Clean(target), path.Clean(dir)
	return target == dir || strings.HasPrefix(target, strings.TrimSuffix(dir, "/")+"/")
}

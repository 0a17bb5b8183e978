package spec

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/mount"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// mounts sets volumes, binds and temporary file systems. The engine has two
// forms: Binds, which create a missing directory of the host and know SELinux
// labels, and Mounts, which know everything else. A volume goes into Binds where
// they can say it, as with Docker Compose, so that both make equal containers.
func (sp *spec) mounts() error {
	h := sp.req.Host
	h.VolumeDriver = sp.s.VolumeDriver
	for _, t := range sp.s.Tmpfs {
		path, options, _ := strings.Cut(t, ":")
		if h.Tmpfs == nil {
			h.Tmpfs = map[string]string{}
		}
		h.Tmpfs[path] = options
	}
	own := map[string]bool{}
	for _, v := range sp.s.Volumes {
		own[v.Target] = true
		if name := sp.b.Inherited[v.Target]; name != "" && Anonymous(v) {
			v.Source = name
		} else if bind, ok := sp.bind(v); ok {
			h.Binds = append(h.Binds, bind)
			continue
		}
		m, err := sp.mount(v)
		if err != nil {
			return err
		}
		h.Mounts = append(h.Mounts, m)
	}
	// Volumes that the image declares.
	for _, target := range slices.Sorted(maps.Keys(sp.b.Inherited)) {
		if !own[target] {
			h.Mounts = append(h.Mounts, mount.Mount{Type: mount.TypeVolume, Source: sp.b.Inherited[target], Target: target})
		}
	}
	return nil
}

func Anonymous(v types.ServiceVolumeConfig) bool {
	return v.Type == types.VolumeTypeVolume && v.Source == ""
}

// bind is a volume in the form "source:target:options"; false: that form cannot
// say it.
func (sp *spec) bind(v types.ServiceVolumeConfig) (string, bool) {
	source := v.Source
	options := []string{"rw"}
	if v.ReadOnly {
		options[0] = "ro"
	}
	switch v.Type {
	case types.VolumeTypeBind:
		if b := v.Bind; b != nil && (!bool(b.CreateHostPath) || b.Recursive != "" || b.Propagation != "" && b.SELinux == "") {
			return "", false
		}
	case types.VolumeTypeVolume:
		o := v.Volume
		if v.Source == "" || o != nil && (o.NoCopy && !labelled(v) || o.Subpath != "" || len(o.Labels) > 0) {
			return "", false
		}
		source = sp.volumeName(source)
	default:
		return "", false
	}
	if !sp.onWindows() && strings.Contains(source+v.Target, ":") {
		return "", false
	}
	if b := v.Bind; b != nil {
		options = append(options, b.SELinux) // of a named volume as well: data:/data:z
		if v.Type == types.VolumeTypeBind {
			options = append(options, b.Propagation)
		}
	}
	if v.Volume != nil && v.Volume.NoCopy {
		options = append(options, "nocopy")
	}
	options = slices.DeleteFunc(options, func(o string) bool { return o == "" })
	return source + ":" + v.Target + ":" + strings.Join(options, ","), true
}

// labelled tells whether a volume is to have an SELinux label, which Mounts do
// not know.
func labelled(v types.ServiceVolumeConfig) bool { return v.Bind != nil && v.Bind.SELinux != "" }

// volumeName is what the engine calls a volume of the file.
func (sp *spec) volumeName(key string) string {
	if v, ok := sp.p.Volumes[key]; ok {
		return v.Name
	}
	return key
}

// mount is a volume in the engine's long form.
func (sp *spec) mount(v types.ServiceVolumeConfig) (mount.Mount, error) {
	m := mount.Mount{
		Type:        mount.Type(v.Type),
		Source:      v.Source,
		Target:      v.Target,
		ReadOnly:    v.ReadOnly,
		Consistency: mount.Consistency(v.Consistency),
	}
	var err error
	switch v.Type {
	case types.VolumeTypeBind:
		m.BindOptions, err = sp.bindOptions(v)
	case types.VolumeTypeVolume:
		m.Source = sp.volumeName(v.Source)
		m.VolumeOptions, err = sp.volumeOptions(v.Volume)
	case types.VolumeTypeTmpfs:
		m.Source = ""
		m.TmpfsOptions = tmpfsOptions(v.Tmpfs)
	case types.VolumeTypeImage:
		m.ImageOptions, err = sp.imageOptions(v.Image)
	case types.VolumeTypeCluster:
		m.Source = sp.volumeName(v.Source)
		m.ClusterOptions = &mount.ClusterOptions{}
		err = sp.require("a volume of type cluster", "1.42")
	case types.VolumeTypeNamedPipe:
		if !sp.onWindows() {
			err = hint.New("a volume of type npipe is a named pipe of Windows, and this engine runs on Linux",
				"use a bind mount of a socket or a FIFO instead")
		}
	}
	if err != nil {
		return m, fmt.Errorf("mounting %s: %w", v.Target, err)
	}
	return m, nil
}

func (sp *spec) bindOptions(v types.ServiceVolumeConfig) (*mount.BindOptions, error) {
	b := v.Bind
	if b == nil {
		return nil, nil
	}
	if bool(b.CreateHostPath) && !sp.since("1.42") {
		sp.tooOld("volumes."+v.Target+".bind.create_host_path", "1.42")
	}
	o := &mount.BindOptions{
		Propagation:      mount.Propagation(b.Propagation),
		CreateMountpoint: bool(b.CreateHostPath),
	}
	switch b.Recursive {
	case "", "enabled":
	case "disabled":
		o.NonRecursive = true
	case "writable":
		o.ReadOnlyNonRecursive = true
	case "readonly":
		o.ReadOnlyForceRecursive = true
	default:
		return nil, fmt.Errorf("bind.recursive: unknown value %q", b.Recursive)
	}
	if o.ReadOnlyNonRecursive || o.ReadOnlyForceRecursive {
		return o, sp.require("bind.recursive: "+b.Recursive, "1.44")
	}
	return o, nil
}

func (sp *spec) volumeOptions(v *types.ServiceVolumeVolume) (*mount.VolumeOptions, error) {
	if v == nil {
		return nil, nil
	}
	if v.Subpath != "" {
		if err := sp.require("volume.subpath", "1.45"); err != nil {
			return nil, err
		}
	}
	return &mount.VolumeOptions{NoCopy: v.NoCopy, Subpath: v.Subpath, Labels: project.GivenLabels(v.Labels)}, nil
}

func tmpfsOptions(t *types.ServiceVolumeTmpfs) *mount.TmpfsOptions {
	if t == nil {
		return nil
	}
	return &mount.TmpfsOptions{SizeBytes: int64(t.Size), Mode: os.FileMode(t.Mode)}
}

func (sp *spec) imageOptions(i *types.ServiceVolumeImage) (*mount.ImageOptions, error) {
	if err := sp.require("a volume of type image", "1.48"); err != nil {
		return nil, err
	}
	if i == nil {
		return nil, nil
	}
	return &mount.ImageOptions{Subpath: i.SubPath}, nil
}

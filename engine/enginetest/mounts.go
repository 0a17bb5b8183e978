package enginetest

import (
	"io/fs"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/mount"
)

// mountPoint is something mounted into a container.
type mountPoint struct {
	kind        mount.Type
	target      string
	source      string // a bind's path on the host, or a mounted image's reference
	mode        string // as a bind's third part had it
	readOnly    bool
	propagation mount.Propagation
	volume      *volume // of kind volume
	anonymous   bool
	noCopy      bool
	// hidden ones (tmpfs of HostConfig.Tmpfs) are not in the container's Mounts.
	hidden bool
	tree   *tree
	root   string // the path in tree that is mounted
}

func (m *mountPoint) name() string {
	if m.volume != nil {
		return m.volume.name
	}
	return ""
}

// mountPoints are the mounts as the API tells them, by target.
func (c *container) mountPoints() []containertypes.MountPoint {
	out := []containertypes.MountPoint{}
	for _, m := range c.mounts {
		if m.hidden {
			continue
		}
		p := containertypes.MountPoint{
			Type: m.kind, Name: m.name(), Source: m.source, Destination: m.target,
			Mode: m.mode, RW: !m.readOnly, Propagation: m.propagation,
		}
		if m.volume != nil {
			p.Driver = "local"
			p.Source = m.volume.wire().Mountpoint
		}
		out = append(out, p)
	}
	return out
}

// view is the file system as the container sees it.
func (e *Engine) view(c *container) *view {
	var mounted []mountedTree
	for _, m := range c.mounts {
		mounted = append(mounted, mountedTree{target: m.target, tree: m.tree, root: m.root, readOnly: m.readOnly})
	}
	v := newView(c.tree, e.now, mounted...)
	v.root().readOnly = c.host.ReadonlyRootfs
	return v
}

// mountAll works out a new container's mounts, makes the volumes that are
// missing and fills the empty ones from the image. e.mu is held.
func (e *Engine) mountAll(c *container) error {
	var all []*mountPoint
	add := func(m *mountPoint, err error) error {
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(o *mountPoint) bool { return o.target == m.target }) {
			return errorf(http.StatusBadRequest, "Duplicate mount point: %s", m.target)
		}
		all = append(all, m)
		return nil
	}
	for _, b := range c.host.Binds {
		if err := add(e.parseBind(b)); err != nil {
			return err
		}
	}
	for _, m := range c.host.Mounts {
		if err := add(e.parseMount(m)); err != nil {
			return err
		}
	}
	for _, target := range sortedKeys(c.host.Tmpfs) {
		if err := add(&mountPoint{kind: mount.TypeTmpfs, target: path.Clean(target), hidden: true}, nil); err != nil {
			return err
		}
	}
	inherited, err := e.volumesFrom(c.host.VolumesFrom)
	if err != nil {
		return err
	}
	for _, m := range inherited {
		if !slices.ContainsFunc(all, func(o *mountPoint) bool { return o.target == m.target }) {
			all = append(all, m)
		}
	}
	for _, target := range sortedKeys(c.config.Volumes) {
		target = path.Clean(target)
		if !slices.ContainsFunc(all, func(o *mountPoint) bool { return o.target == target }) {
			all = append(all, &mountPoint{kind: mount.TypeVolume, target: target, anonymous: true})
		}
	}
	slices.SortFunc(all, func(a, b *mountPoint) int { return strings.Compare(a.target, b.target) })
	c.mounts = all
	for _, m := range all {
		e.fill(c, m)
	}
	return nil
}

// parseBind reads SOURCE:TARGET[:MODE] of HostConfig.Binds; a source that is no
// path names a volume.
func (e *Engine) parseBind(spec string) (*mountPoint, error) {
	bad := func(why string) (*mountPoint, error) {
		return nil, errorf(http.StatusInternalServerError, "invalid volume specification: '%s'%s", spec, why)
	}
	parts := strings.Split(spec, ":")
	if len(parts) > 1 && len(parts[0]) == 1 && strings.HasPrefix(parts[1], `\`) { // C:\path, on a test's Windows
		parts = append([]string{parts[0] + ":" + parts[1]}, parts[2:]...)
	}
	m := &mountPoint{kind: mount.TypeBind}
	switch len(parts) {
	case 1:
		if !path.IsAbs(parts[0]) {
			return bad(": invalid mount config for type \"volume\": invalid mount path: '" + parts[0] + "' mount path must be absolute")
		}
		return &mountPoint{kind: mount.TypeVolume, target: path.Clean(parts[0]), anonymous: true}, nil
	case 3:
		m.mode = parts[2]
	case 2:
	default:
		return bad("")
	}
	m.source, m.target = parts[0], path.Clean(parts[1])
	if !path.IsAbs(parts[1]) {
		return bad(": invalid mount config for type \"volume\": invalid mount path: '" + parts[1] + "' mount path must be absolute")
	}
	for _, o := range strings.Split(m.mode, ",") {
		switch o {
		case "ro":
			m.readOnly = true
		case "nocopy":
			m.noCopy = true
		}
	}
	if !path.IsAbs(m.source) && !strings.Contains(m.source, `\`) {
		m.kind = mount.TypeVolume
		m.volume = e.makeVolume(m.source, nil, nil)
		m.source = ""
		return m, nil
	}
	m.propagation = mount.PropagationRPrivate
	return m, nil
}

// parseMount reads an entry of HostConfig.Mounts.
func (e *Engine) parseMount(spec mount.Mount) (*mountPoint, error) {
	bad := func(format string, args ...any) (*mountPoint, error) {
		return nil, errorf(http.StatusBadRequest, "invalid mount config for type %q: "+format, append([]any{spec.Type}, args...)...)
	}
	m := &mountPoint{kind: spec.Type, source: spec.Source, target: path.Clean(spec.Target), readOnly: spec.ReadOnly}
	if !path.IsAbs(spec.Target) {
		return bad("invalid mount path: '%s' mount path must be absolute", spec.Target)
	}
	switch spec.Type {
	case mount.TypeBind:
		m.propagation = mount.PropagationRPrivate
		create := spec.BindOptions != nil && spec.BindOptions.CreateMountpoint
		// The host is asked whether the path is there, and nothing else.
		if _, err := os.Stat(spec.Source); err != nil && !create {
			return bad("bind source path does not exist: %s", spec.Source)
		}
	case mount.TypeVolume:
		m.source = ""
		m.anonymous = spec.Source == ""
		var labels, options map[string]string
		if o := spec.VolumeOptions; o != nil {
			m.noCopy, m.root, labels = o.NoCopy, o.Subpath, o.Labels
			if o.DriverConfig != nil {
				options = o.DriverConfig.Options
			}
		}
		if !m.anonymous {
			m.volume = e.makeVolume(spec.Source, labels, options)
		}
	case mount.TypeTmpfs:
	case mount.TypeImage:
		img, err := e.findImage(spec.Source)
		if err != nil {
			return nil, err
		}
		m.tree, m.readOnly = img.tree, true
		if spec.ImageOptions != nil {
			m.root = spec.ImageOptions.Subpath
		}
	default:
		return bad("mount type unknown")
	}
	return m, nil
}

// volumesFrom are the volumes and binds of other containers: NAME[:MODE].
func (e *Engine) volumesFrom(specs []string) ([]*mountPoint, error) {
	var all []*mountPoint
	for _, spec := range specs {
		name, mode, _ := strings.Cut(spec, ":")
		other, err := e.findContainer(name)
		if err != nil {
			return nil, errorf(http.StatusBadRequest, "%v", err)
		}
		for _, m := range other.mounts {
			if m.kind != mount.TypeVolume && m.kind != mount.TypeBind {
				continue
			}
			inherited := *m
			inherited.readOnly = m.readOnly || mode == "ro"
			all = append(all, &inherited)
		}
	}
	return all, nil
}

// fill gives a mount its files: a new anonymous volume's, a volume's, a shared
// folder's for binds of the same source. An empty volume takes the image's
// files at its target. e.mu is held.
func (e *Engine) fill(c *container, m *mountPoint) {
	m.root = path.Join("/", m.root)
	switch m.kind {
	case mount.TypeVolume:
		if m.volume == nil {
			m.volume = e.makeVolume("", nil, nil)
		}
		m.tree = m.volume.tree
		if !m.noCopy && len(m.tree.below("/")) == 0 {
			c.image.tree.copyInto(m.target, m.tree, "/")
		}
	case mount.TypeBind:
		if e.binds[m.source] == nil {
			e.binds[m.source] = newTree()
		}
		m.tree = e.binds[m.source]
		e.readHost(m)
	case mount.TypeTmpfs:
		m.tree = newTree()
	}
	if c.tree.get(m.target) == nil {
		c.tree.put(m.target, &node{mode: fs.ModeDir | 0o755})
	}
}

// volumeMounts tells of the volumes at a container's start and end.
func (e *Engine) volumeMounts(c *container, action events.Action) {
	for _, m := range c.mounts {
		if m.volume == nil {
			continue
		}
		extra := map[string]string{"container": c.id}
		if action == events.ActionMount {
			rw := "true"
			if m.readOnly {
				rw = "false"
			}
			extra["destination"], extra["read/write"], extra["propagation"] = m.target, rw, string(m.propagation)
		}
		e.volumeEvent(m.volume.name, action, extra)
	}
}

package observe

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	"github.com/compose-orchestrator/compose/engine/spec"
)

// mounts are what is mounted, by target. The engine takes them in four places,
// and either tool may have used another: all are brought into one form.
func (f fieldSet) mounts(c *container.Config, h *container.HostConfig) {
	for target := range c.Volumes {
		f.mount(target, "volume", "")
	}
	for target, options := range h.Tmpfs {
		f.mount(target, "tmpfs", "", splitOptions(options)...)
	}
	for _, bind := range h.Binds {
		f.bind(bind)
	}
	for i := range h.Mounts {
		m := &h.Mounts[i]
		f.mount(m.Target, string(m.Type), m.Source, mountOptions(m)...)
	}
}

// mount sets one target: "bind /src ro".
func (f fieldSet) mount(target, kind, source string, options ...string) {
	if kind == "volume" && spec.IsAnonymousName(source) {
		source = ""
	}
	if kind == "volume" && strings.HasSuffix(source, spec.FilesSuffix) {
		source = "" // named after the container, which may have had another name
	}
	if kind == "bind" {
		source = hostPath(source)
	}
	text := kind
	if source != "" {
		text += " " + source
	}
	for _, option := range sorted(options) {
		text += " " + option
	}
	f.set("volumes."+path.Clean(target), text)
}

// hostPath is a path of this machine; Docker Desktop reports those of its own.
func hostPath(source string) string {
	for _, prefix := range []string{"/host_mnt/", "/run/desktop/mnt/host/"} {
		if rest, ok := strings.CutPrefix(source, prefix); ok {
			return "/" + rest
		}
	}
	return source
}

// bind reads the short form source:target:options, whose source may have a
// drive letter.
func (f fieldSet) bind(text string) {
	drive := ""
	if len(text) > 2 && text[1] == ':' && (text[2] == '\\' || text[2] == '/') {
		drive, text = text[:2], text[2:]
	}
	parts := strings.SplitN(text, ":", 3)
	if len(parts) < 2 {
		f.mount(text, "volume", "")
		return
	}
	source := drive + parts[0]
	kind := "bind"
	if !strings.ContainsAny(source, `/\`) {
		kind = "volume"
	}
	var options []string
	if len(parts) == 3 {
		options = slices.DeleteFunc(splitOptions(parts[2]), func(option string) bool {
			return option == "nosuid" || option == "nodev" || option == "bind" // Podman reports them with every mount
		})
	}
	f.mount(parts[1], kind, source, options...)
}

// splitOptions takes the options apart and drops those that say the default.
func splitOptions(text string) []string {
	return slices.DeleteFunc(strings.Split(text, ","), func(option string) bool {
		switch option {
		case "", "rw", "rprivate", "rbind":
			return true
		}
		return false
	})
}

// mountOptions are a long mount's, in the words of the short form where it has
// them.
func mountOptions(m *mount.Mount) []string {
	var options []string
	add := func(given bool, option string) {
		if given {
			options = append(options, option)
		}
	}
	add(m.ReadOnly, "ro")
	if b := m.BindOptions; b != nil {
		add(b.Propagation != "" && b.Propagation != mount.PropagationRPrivate, string(b.Propagation))
		add(b.NonRecursive, "recursive=disabled")
		add(b.ReadOnlyNonRecursive, "recursive=writable")
		add(b.ReadOnlyForceRecursive, "recursive=readonly")
	}
	if v := m.VolumeOptions; v != nil {
		add(v.NoCopy, "nocopy")
		add(v.Subpath != "", "subpath="+v.Subpath)
	}
	if t := m.TmpfsOptions; t != nil {
		add(t.SizeBytes != 0, fmt.Sprintf("size=%d", t.SizeBytes))
		add(t.Mode != 0, fmt.Sprintf("mode=%o", t.Mode))
	}
	if i := m.ImageOptions; i != nil {
		add(i.Subpath != "", "subpath="+i.Subpath)
	}
	return options
}

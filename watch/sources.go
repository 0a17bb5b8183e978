package watch

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project"
)

// sources are the bind mounts that are the service's program: of the project or
// its build, and where the program works. With x-watch the user says so.
func (d *deriving) sources() []types.ServiceVolumeConfig {
	var out []types.ServiceVolumeConfig
	for _, v := range d.s.Volumes {
		if v.Type != types.VolumeTypeBind {
			continue
		}
		near := related(v.Source, d.WorkingDir) || d.build != nil && related(v.Source, d.build.Context) || d.copied(v)
		if _, err := os.Stat(v.Source); err != nil || !near {
			continue
		}
		if d.want != "" || d.program(v) {
			out = append(out, v)
		}
	}
	return out
}

// builds is what makes a service's image: its own build, or that of a service whose
// image it names; nil: nothing here does.
func builds(p *project.Project, s types.ServiceConfig) *types.BuildConfig {
	if s.Build != nil {
		return s.Build
	}
	for _, name := range p.ServiceNames() {
		if b := p.Services[name].Build; b != nil && p.ImageName(name) == s.Image {
			return b
		}
	}
	return nil
}

// related tells whether one of two folders is in the other, or is it.
func related(a, b string) bool {
	a, b = resolved(a), resolved(b)
	_, below := relative(b, a)
	_, above := relative(a, b)
	return below || above
}

// workdir is where the service works; "" where an image says that.
func (d *deriving) workdir() string {
	if d.s.WorkingDir != "" {
		return d.s.WorkingDir
	}
	return d.file.Workdir
}

// program tells whether a mount looks like a program rather than data: it is where
// the service works, or its build copies it, or its command names it.
func (d *deriving) program(v types.ServiceVolumeConfig) bool {
	if d.data(v) {
		return false
	}
	target := path.Clean(v.Target)
	list := separated(strings.Join(append(slices.Clone([]string(d.s.Entrypoint)), d.s.Command...), " "))
	for i, word := range list {
		_, named := relative(target, path.Clean(word))
		if named && target != "/" && (i == 0 || !strings.Contains(list[i-1], "data")) { // --data-dir /etcd
			return true
		}
	}
	dir := d.workdir()
	if dir == "" {
		return d.build != nil && related(v.Source, d.build.Context)
	}
	_, above := relative(target, path.Clean(dir))
	_, inside := relative(path.Clean(dir), target)
	return above || inside || d.copied(v)
}

// data tells whether a mount is called like what programs write to: by a name below
// the project or in the container. The project as a whole may be called anything.
func (d *deriving) data(v types.ServiceVolumeConfig) bool {
	source := resolved(v.Source)
	if source == resolved(d.WorkingDir) || d.build != nil && source == resolved(d.build.Context) {
		return false
	}
	name := strings.ToLower(filepath.Base(source))
	if slices.Contains(dataFolders, name) || strings.HasSuffix(strings.ToLower(path.Base(v.Target)), "data") {
		return true
	}
	rel, ok := relative(resolved(d.WorkingDir), source)
	return ok && slices.Contains(strings.Split(path.Dir(rel), "/"), "data")
}

// configures tells whether a mount is what a server or the system reads when it starts: no
// program reloads that by itself.
func configures(v types.ServiceVolumeConfig) bool {
	_, system := relative("/etc", path.Clean(v.Target))
	name := strings.TrimSuffix(path.Base(v.Target), ".template")
	return system || slices.Contains([]string{".conf", ".cnf", ".ini"}, path.Ext(name))
}

// copied tells whether the Dockerfile copies what a mount covers.
func (d *deriving) copied(v types.ServiceVolumeConfig) bool {
	if d.build == nil {
		return false
	}
	for _, taken := range d.file.Stages {
		for _, t := range taken {
			if t.From != "" && resolved(t.Path(d.build.Context)) == resolved(v.Source) {
				return true
			}
		}
	}
	return false
}

// dataFolders are names of folders that programs write to.
var dataFolders = []string{
	"data", "db", "logs", "log", "tmp", "temp", "cache", ".cache", "uploads", "storage", "media", "output", "out",
	"backup", "backups", "volumes", "node_modules", "dist", "build", "target", "coverage", "run",
}

package watch

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project"
)

// Extension is the attribute of a service that says what a change of its source
// does where develop.watch is silent: restart, rebuild or false.
const Extension = "x-watch"

// DockerfileReader reads the Dockerfile of a build. Its errors are about files that are
// there and cannot be read. build.ReadDockerfile is one.
type DockerfileReader func(types.BuildConfig) (project.Dockerfile, error)

// Derive makes rules for services that bind-mount their source and have no
// develop.watch: restart when the source changes, unless the service's command
// notices by itself, and rebuild when a file changes that its Dockerfile copies
// before the source. The notes say what was derived, a sentence each.
// services are those that are watched; empty: all.
//
// It is an error if x-watch has an unknown value or asks for a rebuild without a build,
// or if a .dockerignore cannot be read; errors of read are returned. All name the service.
func Derive(p *project.Project, read DockerfileReader, services ...string) (rules []Rule, notes []string, err error) {
	files := p.WatchedFiles()
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		s := p.Services[name]
		if len(services) > 0 && !slices.Contains(services, name) {
			continue
		}
		if s.Develop != nil && len(s.Develop.Watch) > 0 {
			continue
		}
		want, err := xWatch(s)
		if err != nil {
			return nil, nil, err
		}
		if want == "false" {
			continue
		}
		d := deriving{Project: p, s: s, build: builds(p, s), want: want, files: files}
		if err := d.derive(read); err != nil {
			return nil, nil, fmt.Errorf("service %q: %w", name, err)
		}
		rules = append(rules, d.rules...)
		notes = append(notes, d.notes...)
	}
	return rules, notes, nil
}

// xWatch is the value of x-watch: "restart", "rebuild", "false", or "" where it is
// not there.
func xWatch(s types.ServiceConfig) (string, error) {
	v := s.Extensions[Extension]
	if v == nil || v == true {
		return "", nil
	}
	switch w := fmt.Sprint(v); w {
	case "restart", "false":
		return w, nil
	case "rebuild":
		if s.Build == nil {
			return "", fmt.Errorf("service %q: %s is rebuild, but there is no build\nhint: use %s: restart", s.Name, Extension, Extension)
		}
		return w, nil
	}
	return "", fmt.Errorf("service %q: %s is %v\nhint: one of restart, rebuild, false", s.Name, Extension, v)
}

// deriving is the work on one service.
type deriving struct {
	*project.Project
	s     types.ServiceConfig
	build *types.BuildConfig // what makes its image: its own, or that of another service
	want  string
	files []string // the project's own
	file  project.Dockerfile
	rules []Rule
	notes []string
}

func (d *deriving) derive(read DockerfileReader) (err error) {
	if d.build != nil {
		if d.file, err = read(*d.build); err != nil {
			return err
		}
		if d.file.Path != "" {
			d.file.Path = resolved(d.file.Path)
		}
	}
	outer, err := dockerignore(d.build)
	if err != nil {
		return err
	}
	outer = append(outer, d.configuration()...)
	sources := d.sources()
	roots := d.restarts(sources, outer)
	if len(sources) > 0 && d.s.Build != nil {
		d.rebuilds(roots, outer)
	}
	return nil
}

// restarts makes the rules for the sources themselves, and returns where they are.
func (d *deriving) restarts(sources []types.ServiceVolumeConfig, outer []ignoreSet) (roots []string) {
	unneeded := d.unneeded(sources)
	left := false
	for _, v := range sources {
		r := Rule{
			Service: d.s.Name, Action: Restart, Path: resolved(v.Source), Ignore: d.written(v), outer: outer,
			Unwritable: !writable(d.Project, resolved(v.Source)),
			Derived:    fmt.Sprintf("bind mount %s:%s", d.displayPath(v.Source), v.Target),
		}
		r.git = gitignore(r.Path)
		roots = append(roots, r.Path)
		switch {
		case d.want == "rebuild":
			r.Action = Rebuild
		case unneeded != "" && (d.awaited() != "" || !configures(v)):
			left = true
			continue
		}
		d.rules = append(d.rules, r)
		d.note("%s when %s changes, which is mounted at %s", participle[r.Action], d.displayPath(v.Source), v.Target)
	}
	if left {
		d.note("not restarted when its source changes, since %s", unneeded)
	}
	return roots
}

// unneeded says why a changed source needs no restart; "": it needs one, or the
// user wants something.
func (d *deriving) unneeded(sources []types.ServiceVolumeConfig) string {
	if d.want != "" {
		return ""
	}
	if by := d.awaited(); by != "" {
		return fmt.Sprintf("%q waits for its end", by)
	}
	if by := reloader(d.commands(sources), d.environment()); by != "" {
		return by + " reloads it"
	}
	return ""
}

// awaited is a service that waits until this one has ended, which prepares it, as
// migrations do; "": none does.
func (d *deriving) awaited() string {
	for _, name := range slices.Sorted(maps.Keys(d.Services)) {
		if d.Services[name].DependsOn[d.s.Name].Condition == types.ServiceConditionCompletedSuccessfully {
			return name
		}
	}
	return ""
}

func (d *deriving) note(format string, args ...any) {
	d.notes = append(d.notes, fmt.Sprintf("service %q is %s (%s: restart, rebuild or false decides)", d.s.Name, fmt.Sprintf(format, args...), Extension))
}

var participle = map[Action]string{Restart: "restarted", Rebuild: "rebuilt"}

// displayPath is a path as the user calls it.
func (d *deriving) displayPath(p string) string {
	rel, err := filepath.Rel(resolved(d.WorkingDir), resolved(p))
	if err != nil || !filepath.IsLocal(rel) {
		return p
	}
	return "./" + strings.TrimPrefix(filepath.ToSlash(rel), ".")
}

// byproducts are what building, testing and running leave in a source folder.
var byproducts = []string{
	"**/node_modules", "**/__pycache__", "**/*.pyc", "**/*.pyo", "**/.venv", "**/venv", "**/.tox", "**/*.egg-info",
	"**/.pytest_cache", "**/.hypothesis", "**/.ipynb_checkpoints", "**/htmlcov", "**/celerybeat-schedule*", "**/.mypy_cache", "**/.ruff_cache", "**/.next", "**/.nuxt", "**/.svelte-kit", "**/.parcel-cache",
	"**/.turbo", "**/dist", "**/build", "**/target", "**/coverage", "**/.coverage", "**/.nyc_output", "**/.cache",
	"**/.vite", "**/.output", "**/.astro", "**/.angular", "**/.docusaurus", "**/.expo", "**/.pnpm-store", "**/.npm",
	"**/.eslintcache", "**/.sass-cache", "**/.bundle", "**/_build", "**/obj", "**/uploads", "**/dump.rdb",
	"**/.gradle", "**/.idea", "**/.vscode", "**/tmp", "**/logs", "**/*.log", "**/*.pid", "**/*.sock",
	"**/*.sqlite", "**/*.sqlite-*", "**/*.sqlite3", "**/*.sqlite3-*", "**/*.db", "**/*.db-*", "**/*.tsbuildinfo",
}

// written are the patterns of what the service itself writes into a mount, or
// has another mount at.
func (d *deriving) written(v types.ServiceVolumeConfig) []string {
	patterns := slices.Clone(byproducts)
	for _, other := range d.s.Volumes {
		if rel, ok := relative(path.Clean(v.Target), path.Clean(other.Target)); ok && rel != "." {
			patterns = append(patterns, rel)
		}
	}
	return patterns
}

// configuration are the project's own files: what they change is a plan.
func (d *deriving) configuration() []ignoreSet {
	var sets []ignoreSet
	for _, f := range d.files {
		if filepath.IsAbs(f) {
			f = resolved(f)
			sets = append(sets, ignoreSet{filepath.Dir(f), []string{filepath.Base(f)}})
		}
	}
	return sets
}

// rebuilds makes the rules for what the Dockerfile copies before the source.
func (d *deriving) rebuilds(roots []string, outer []ignoreSet) {
	context := resolved(d.s.Build.Context)
	if info, err := os.Stat(context); err != nil || !info.IsDir() {
		return
	}
	var names []string
	add := func(r Rule, name string) {
		r.Service, r.Action, r.Derived = d.s.Name, Rebuild, "Dockerfile"
		r.Unwritable = !writable(d.Project, r.Path)
		d.rules = append(d.rules, r)
		names = append(names, name)
	}
	if d.file.Path != "" {
		add(Rule{Path: d.file.Path}, filepath.Base(d.file.Path))
	}
	for _, t := range rebuildSources(d.file, context, roots) {
		in := resolved(cmp.Or(t.In, context))
		r, name := Rule{Path: filepath.Join(in, filepath.FromSlash(t.From)), Ignore: byproducts, outer: outer}, t.From
		if t.In != "" {
			name = d.displayPath(r.Path)
		}
		if strings.ContainsAny(t.From, "*?[") {
			r.Path, r.Include = in, []string{t.From}
		}
		add(r, name)
	}
	if len(names) > 0 {
		d.note("rebuilt when its %s changes", strings.Join(names, ", "))
	}
}

package watch

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/compose-orchestrator/compose/internal/regular"
	"github.com/compose-orchestrator/compose/project"
)

// ignoreSet are patterns relative to a folder.
type ignoreSet struct {
	base     string // absolute
	patterns []string
}

// Rules are the rules of develop.watch of the project's services, sorted by
// service, in the file's order. What the build context's .dockerignore names is
// left out of them, as Docker Compose does, but for what a rule names itself. An error
// names the service and the rule that has a mistake, or the .dockerignore that cannot be
// read.
func Rules(p *project.Project) ([]Rule, error) {
	var rules []Rule
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		s := p.Services[name]
		if s.Develop == nil {
			continue
		}
		ignored, err := dockerignore(s.Build)
		if err != nil {
			return nil, fmt.Errorf("service %q: %w", name, err)
		}
		for i, t := range s.Develop.Watch {
			r, err := declared(s, t)
			if err != nil {
				return nil, fmt.Errorf("service %q: develop.watch[%d]: %w", name, i, err)
			}
			if r.Action == "" {
				continue
			}
			r.outer, r.Unwritable = r.withoutPatternsFor(ignored), !writable(p, r.Path)
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// withoutPatternsFor are sets without the patterns that would leave out what the rule names: its
// path, or an entry of include.
func (r Rule) withoutPatternsFor(sets []ignoreSet) (out []ignoreSet) {
	for _, set := range sets {
		wishes := []string{r.Path}
		for _, include := range r.Include {
			wishes = append(wishes, filepath.Join(r.Path, filepath.FromSlash(include)))
		}
		patterns := slices.DeleteFunc(slices.Clone(set.patterns), func(pattern string) bool {
			return !strings.HasPrefix(pattern, "!") && slices.ContainsFunc(wishes, func(wish string) bool {
				rel, ok := relative(set.base, wish)
				return ok && rel != "." && patternNames(pattern, rel)
			})
		})
		out = append(out, ignoreSet{set.base, patterns})
	}
	return out
}

// patternNames tells whether a pattern of .dockerignore leaves a path out, or is that.
func patternNames(pattern, rel string) bool {
	if strings.TrimSuffix(pattern, "/") == strings.TrimSuffix(rel, "/") {
		return true
	}
	m, err := patternmatcher.New([]string{pattern})
	if err != nil {
		return false
	}
	ok, err := m.MatchesOrParentMatches(filepath.FromSlash(rel))
	return ok && err == nil
}

// declared is a rule as the file has it; one without an action asks nothing.
func declared(s types.ServiceConfig, t types.Trigger) (Rule, error) {
	r := Rule{
		Service: s.Name, Action: Action(t.Action), Path: resolved(t.Path),
		Include: t.Include, Ignore: t.Ignore, Exec: t.Exec, InitialSync: t.InitialSync,
	}
	switch r.Action {
	case Rebuild:
		if s.Build == nil {
			return r, fmt.Errorf("can't watch service %q with action %s without a build context", s.Name, r.Action)
		}
		return r, nil
	case Restart:
		return r, nil
	case Sync, SyncRestart, SyncExec:
	default:
		return r, fmt.Errorf("unknown action %q\nhint: one of sync, rebuild, restart, sync+restart, sync+exec", t.Action)
	}
	if r.Action == SyncExec && len(t.Exec.Command) == 0 {
		return r, errors.New("sync+exec needs to know what to run\nhint: add exec: {command: ...}, or use sync")
	}
	if !path.IsAbs(t.Target) {
		return r, fmt.Errorf("target %q is not an absolute path in the container", t.Target)
	}
	r.Target = path.Clean(t.Target)
	if info, err := os.Stat(r.Path); err == nil && !info.IsDir() && strings.HasSuffix(t.Target, "/") {
		r.Target = path.Join(t.Target, filepath.Base(t.Path))
	}
	return mounted(s, r), nil
}

// mounted takes the copying out of a rule whose files the container has already,
// by a bind mount; what is left is the rule's other half.
func mounted(s types.ServiceConfig, r Rule) Rule {
	for _, v := range s.Volumes {
		if v.Type != types.VolumeTypeBind {
			continue
		}
		below, ok := relative(resolved(v.Source), r.Path)
		if !ok || path.Join(v.Target, below) != r.Target {
			continue
		}
		r.Note = fmt.Sprintf("service %q: path %q is declared by a bind mount too, nothing is copied", s.Name, r.Path)
		r.Target, r.InitialSync = "", false
		switch r.Action {
		case Sync:
			r.Note = fmt.Sprintf("service %q: path %q also declared by a bind mount volume, this path won't be monitored!", s.Name, r.Path)
		case SyncRestart:
			r.Action = Restart
		}
		return r
	}
	return r
}

// writable tells whether a service may change what is at a path here, since it or
// what is around it or in it is mounted.
func writable(p *project.Project, at string) bool {
	for _, s := range p.Services {
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeBind && !v.ReadOnly && related(v.Source, at) {
				return true
			}
		}
	}
	for _, v := range p.Volumes { // driver_opts: {o: bind, device: ./src}
		if device := v.DriverOpts["device"]; filepath.IsAbs(device) && related(device, at) {
			return true
		}
	}
	return false
}

// dockerignore reads the file that keeps paths out of a build: the Dockerfile's
// own, or its context's.
func dockerignore(b *types.BuildConfig) ([]ignoreSet, error) {
	if b == nil || !filepath.IsAbs(b.Context) {
		return nil, nil
	}
	dockerfile := b.Dockerfile
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	if !filepath.IsAbs(dockerfile) {
		dockerfile = filepath.Join(b.Context, dockerfile)
	}
	for _, name := range []string{dockerfile + ".dockerignore", filepath.Join(b.Context, ".dockerignore")} {
		content, err := regular.Read(name, largestIgnore)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		patterns, err := ignorefile.ReadAll(bytes.NewReader(content))
		if err != nil {
			return nil, fmt.Errorf("reading %q: %w", name, err)
		}
		if len(patterns) > mostPatterns {
			return nil, fmt.Errorf("%s has more than %d patterns\nhint: name folders instead of what is in them", name, mostPatterns)
		}
		return []ignoreSet{{resolved(b.Context), patterns}}, nil
	}
	return nil, nil
}

// resolved is the path without symbolic links, as far as it exists.
func resolved(p string) string {
	if real, err := filepath.EvalSymlinks(p); err == nil {
		return real
	}
	dir := filepath.Dir(p)
	if dir == p {
		return p
	}
	return filepath.Join(resolved(dir), filepath.Base(p))
}

// relative is where p is below dir, with slashes; "." is dir itself.
func relative(dir, p string) (string, bool) {
	if p == dir {
		return ".", true
	}
	rest, ok := strings.CutPrefix(p, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
	return filepath.ToSlash(rest), ok
}

package build

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/compose-orchestrator/compose/project"
)

// Uses reads the Dockerfiles of services, and of those whose images these take, for
// the images that other services of the project build. A Dockerfile that is not on
// this machine or has mistakes names none: its build tells.
func Uses(p *project.Project, services []string, o Options) map[string][]project.Use {
	if o.ReadFile == nil {
		o.ReadFile = readText
	}
	if o.LookupEnv == nil {
		o.LookupEnv = os.LookupEnv
	}
	found := map[string][]project.Use{}
	for rest := slices.Clone(services); len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		if _, seen := found[name]; seen {
			continue
		}
		found[name] = uses(p, name, o)
		rest = append(rest, p.BuildNeeds(name)...)
		for _, u := range found[name] {
			rest = append(rest, u.Service)
		}
	}
	return found
}

// uses are those of one service, each image once, in the order of the file.
func uses(p *project.Project, service string, o Options) (list []project.Use) {
	s := p.Definition(service)
	if s.Build == nil {
		return nil
	}
	b := *s.Build
	if b.DockerfileInline == "" && isRemote(b.Context) && !filepath.IsAbs(b.Dockerfile) {
		return nil
	}
	b.Context = absolute(b.Context, p.WorkingDir)
	d, text, err := dockerfileText(b, o.ReadFile)
	if err != nil || text == "" {
		return nil
	}
	r := parseDockerfile(text, arguments(b.Args, o), platformArguments(p, service, o))
	if r == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, n := range r.images(r.needs(b.Target, o)) {
		maker := ""
		if !overridden(b.AdditionalContexts, n.image) {
			maker = p.Maker(n.image, service)
		}
		if maker != "" && !seen[n.image] {
			seen[n.image] = true
			place := fmt.Sprintf("%s:%d", shownFile(d.Path, p.WorkingDir), n.line)
			list = append(list, project.Use{Service: maker, Image: n.image, Place: place, Inline: d.Path == ""})
		}
	}
	return list
}

// shownFile is what messages call a Dockerfile.
func shownFile(path, workingDir string) string {
	if path == "" {
		return inlineDockerfile
	}
	if rel, err := filepath.Rel(workingDir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// overridden tells whether an additional context stands for an image.
func overridden(contexts map[string]string, image string) bool {
	_, as := contexts[contextName(image)]
	return as
}

// contextName is the additional context that BuildKit looks for in the place of an
// image: https://docs.docker.com/reference/cli/docker/buildx/build/#build-context
func contextName(image string) string {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return image
	}
	return strings.TrimSuffix(reference.FamiliarString(named), ":latest")
}

// platformArguments are the arguments that builders know by themselves, as far as the
// file or the environment says the platform.
// https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
func platformArguments(p *project.Project, service string, o Options) map[string]string {
	platforms, err := wantedPlatforms(p.Definition(service), o)
	platform := "linux/" + o.Arch
	if err == nil && len(platforms) > 0 {
		platform = platforms[0] // of several each may have its own; the first stands for them
	}
	args := map[string]string{}
	for prefix, platform := range map[string]string{"TARGET": platform, "BUILD": "linux/" + o.Arch} {
		parts := strings.Split(platform, "/")
		if len(parts) < 2 || parts[1] == "" {
			continue
		}
		args[prefix+"PLATFORM"], args[prefix+"OS"], args[prefix+"ARCH"] = platform, parts[0], parts[1]
		if len(parts) > 2 {
			args[prefix+"VARIANT"] = parts[2]
		}
	}
	return args
}

// needs are the stages that are built: BuildKit leaves out those that the target does
// not take from, the classic builder none before the target.
func (r *reading) needs(target string, o Options) map[int]bool {
	last, needed := r.last(target), map[int]bool{}
	if value, _ := o.LookupEnv("DOCKER_BUILDKIT"); value != "" {
		if on, err := strconv.ParseBool(value); err == nil && !on {
			for i := range last {
				needed[i] = true
			}
		}
	}
	r.need(last, needed)
	return needed
}

// namedImage is an image that a Dockerfile takes from.
type namedImage struct {
	image string
	line  int
}

// images are those that stages come from, copy out of and mount, in the order of the
// file. An image whose name has an unknown argument is left out.
func (r *reading) images(needed map[int]bool) (list []namedImage) {
	add := func(at int, image string, known map[string]string, where []parser.Range) {
		image, ok := r.expand(image, known)
		if !ok || image == "" || image == "scratch" || r.find(image, at) >= 0 {
			return
		}
		line := 0
		if len(where) > 0 {
			line = where[0].Start.Line
		}
		list = append(list, namedImage{image, line})
	}
	for _, i := range slices.Sorted(maps.Keys(needed)) {
		s := r.stages[i]
		add(i, s.BaseName, r.args, s.Location)
		known := r.known(i)
		for _, c := range s.Commands {
			r.setVariables(c, known)
			switch c := c.(type) {
			case *instructions.CopyCommand:
				add(i, c.From, known, c.Location())
			case *instructions.RunCommand:
				_ = r.contextMounts(c, known) // puts the arguments into the mounts
				for _, m := range instructions.GetMounts(c) {
					add(i, m.From, known, c.Location())
				}
			}
		}
	}
	return list
}

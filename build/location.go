package build

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// location is where files come from: a folder here, or something that the
// engine fetches itself.
type location struct {
	dir string // absolute; "": remote
	url string // git or HTTP, as BuildKit takes it; "": local
}

// locate reads a context. A folder must exist.
func locate(context, workingDir string) (location, error) {
	if isRemote(context) {
		return location{url: context}, nil
	}
	dir := absolute(context, workingDir)
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return location{}, hint.New(fmt.Sprintf("the build context %q does not exist", dir),
			"build.context is relative to the folder of the Compose file")
	case err != nil:
		return location{}, fmt.Errorf("build context: %w", err)
	case !info.IsDir():
		return location{}, hint.New(fmt.Sprintf("the build context %q is not a folder", dir),
			"give the folder as build.context and the file as build.dockerfile")
	}
	if err := checkEnds(filepath.Join(dir, ignoreFile)); err != nil {
		return location{}, fmt.Errorf("build context: %w", err)
	}
	return location{dir: dir}, nil
}

// isRemote tells whether the engine fetches the context: http(s), and
// everything that BuildKit takes for a git reference.
func isRemote(context string) bool {
	if strings.HasPrefix(context, "http://") || strings.HasPrefix(context, "https://") {
		return true
	}
	if _, err := os.Stat(context); err == nil {
		return false // a folder may well be called github.com/x
	}
	_, isGit, _ := dfgitutil.ParseGitRef(context)
	return isGit
}

func absolute(path, workingDir string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(workingDir, path)
}

// dockerfile says where the build's instructions are. Of the three, data goes
// first; a remote context without dir and data holds its Dockerfile itself.
type dockerfile struct {
	dir  string // folder on this machine; "" with data, or in a remote context
	name string // within dir or the remote context
	data []byte // the content, where it is in no folder that could be sent
	// ignore is the content of NAME.dockerignore, with data.
	ignore []byte
	// shown is what messages call it: its path as seen from the project's folder.
	shown string
}

// content is what it says; nil where it is not on this machine.
func (d dockerfile) content() []byte {
	if d.data != nil || d.dir == "" {
		return d.data
	}
	data, _ := readText(filepath.Join(d.dir, d.name)) // it was there a moment ago; sending it fails, and says so
	return data
}

// findDockerfile locates the Dockerfile; one on this machine must exist.
func findDockerfile(b *types.BuildConfig, ctx location, workingDir string) (dockerfile, error) {
	if b.DockerfileInline != "" {
		return dockerfile{name: defaultDockerfile, data: []byte(b.DockerfileInline), shown: inlineDockerfile}, nil
	}
	name := cmp.Or(b.Dockerfile, defaultDockerfile)
	if ctx.url != "" && !filepath.IsAbs(name) {
		return dockerfile{name: name, shown: name}, nil
	}
	path := absolute(name, ctx.dir)
	shown := path
	if rel, err := filepath.Rel(workingDir, path); err == nil && filepath.IsLocal(rel) {
		shown = rel
	}
	d, err := openDockerfile(path)
	d.shown = shown
	return d, err
}

// inlineDockerfile is how messages call the content of build.dockerfile_inline.
const inlineDockerfile = "dockerfile_inline"

// defaultDockerfile is the name of one that the file does not name.
const defaultDockerfile = "Dockerfile"

// openDockerfile finds the one at a path of this machine.
func openDockerfile(path string) (dockerfile, error) {
	dir, base := filepath.Split(path)
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) && base == defaultDockerfile {
		// Docker takes the lower-case name for it as well.
		if lower := filepath.Join(dir, "dockerfile"); isThere(lower) {
			return openDockerfile(lower)
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return dockerfile{}, hint.New(fmt.Sprintf("there is no Dockerfile at %q", path), suggestDockerfile(dir))
	}
	if err != nil {
		return dockerfile{}, fmt.Errorf("reading the Dockerfile: %w", err)
	}
	if realDir, err := filepath.EvalSymlinks(dir); err == nil && filepath.Dir(real) != realDir {
		return readDockerfile(path, base)
	}
	for _, name := range []string{path, path + ignoreFile} {
		if err := checkEnds(name); err != nil {
			return dockerfile{}, fmt.Errorf("reading the Dockerfile: %w", err)
		}
	}
	return dockerfile{dir: filepath.Clean(dir), name: base}, nil
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// readDockerfile is for links that lead out of their folder, which the
// transfer to the engine would not follow.
func readDockerfile(path, base string) (dockerfile, error) {
	data, err := readText(path)
	if err != nil {
		return dockerfile{}, fmt.Errorf("reading the Dockerfile: %w", err)
	}
	ignore, err := readText(path + ".dockerignore")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return dockerfile{}, fmt.Errorf("reading the Dockerfile's .dockerignore: %w", err)
	}
	return dockerfile{name: base, data: data, ignore: ignore}, nil
}

// suggestDockerfile is the hint for a missing Dockerfile: the files in dir that look like one.
func suggestDockerfile(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Sprintf("the folder %q is not there either; build.dockerfile is relative to build.context", filepath.Clean(dir))
	}
	var found []string
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		if e.IsDir() || strings.HasSuffix(name, ".dockerignore") {
			continue
		}
		if strings.Contains(name, "dockerfile") || name == "containerfile" {
			found = append(found, e.Name())
		}
	}
	if len(found) == 0 {
		return "create it, or set build.context or build.dockerfile to where it is"
	}
	return "the folder holds " + strings.Join(found, ", ") + "; set build.dockerfile to the one that is meant"
}

// namedContext is an additional context.
type namedContext struct {
	name    string
	dir     string // a folder here; "": spec says it all
	spec    string // docker-image://, git or HTTP
	service string // whose image it is; spec names it too
	layout  *ociLayout
}

// namedContexts reads additional_contexts, in the order of their names.
func namedContexts(p *project.Project, b *types.BuildConfig) ([]namedContext, error) {
	var list []namedContext
	for _, name := range slices.Sorted(maps.Keys(b.AdditionalContexts)) {
		c, err := readNamedContext(p, b.AdditionalContexts[name])
		if err != nil {
			return nil, fmt.Errorf("additional context %q: %w", name, err)
		}
		c.name = name
		list = append(list, c)
	}
	return list, nil
}

func readNamedContext(p *project.Project, value string) (namedContext, error) {
	if service, ok := strings.CutPrefix(value, types.ServicePrefix); ok {
		if p.Definition(service).Build == nil {
			return namedContext{}, hint.New(fmt.Sprintf("the service %q has no build section to take an image from", service),
				"to use an image that is not built here write docker-image://NAME")
		}
		return namedContext{service: service, spec: "docker-image://" + p.ImageName(service)}, nil
	}
	switch {
	case strings.HasPrefix(value, "docker-image://"):
		return namedContext{spec: value}, nil
	case strings.HasPrefix(value, ociScheme):
		layout, err := readLayout(value, p.WorkingDir)
		if err != nil {
			return namedContext{}, err
		}
		return namedContext{layout: layout, spec: layout.spec()}, nil
	}
	at, err := locate(value, p.WorkingDir)
	if err != nil {
		return namedContext{}, err
	}
	return namedContext{dir: at.dir, spec: at.url}, nil
}

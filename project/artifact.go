package project

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
)

// PartKind tells the parts of an artifact apart.
type PartKind string

// The kinds of parts.
const (
	ComposePart PartKind = "compose" // a Compose file, merged over those before it
	ExtendsPart PartKind = "extends" // a file that others extend services of
	EnvPart     PartKind = "env"     // an env_file of a service
)

// Part is one file of a project as it is published.
type Part struct {
	Kind    PartKind
	Name    string // without a folder; what other parts call it
	Path    string // where it comes from
	Content []byte
}

// Artifact returns the project's files as they are published: as they were
// written, but for the paths of env files and of files that are extended, which
// become names of parts. Env files come last. An error says which file
// cannot be read again, or at which line a path cannot be replaced.
func (p *Project) Artifact() ([]Part, error) {
	b := artifact{dir: p.WorkingDir, env: p.Environment, names: map[string]string{}, envFiles: map[string]bool{}}
	for _, f := range p.source.files {
		content, err := b.rewrite(f.Filename, f.Content)
		if err != nil {
			return nil, err
		}
		name := filepath.Base(f.Filename)
		if f.Filename == stdin {
			name = fileNames[0]
		}
		b.parts = append(b.parts, Part{Kind: ComposePart, Name: name, Path: f.Filename, Content: content})
	}
	if err := b.extended(); err != nil {
		return nil, err
	}
	for _, file := range slices.Sorted(maps.Keys(b.envFiles)) {
		content, err := readWhole(file, nil)
		if os.IsNotExist(err) {
			continue // the loader has refused it where it is required
		}
		if err != nil {
			return nil, fmt.Errorf("reading an env file to publish: %w", err)
		}
		b.parts = append(b.parts, Part{Kind: EnvPart, Name: b.names[file], Path: file, Content: content})
	}
	return b.parts, nil
}

// artifact collects parts.
type artifact struct {
	dir      string
	env      map[string]string
	parts    []Part
	names    map[string]string // path → the part's name
	pending  []string          // files that are extended and not yet parts
	envFiles map[string]bool
}

// extended adds the files that others extend, and those that they extend.
func (b *artifact) extended() error {
	for len(b.pending) > 0 {
		file := b.pending[0]
		b.pending = b.pending[1:]
		content, err := readWhole(file, nil)
		if err != nil {
			return fmt.Errorf("reading a file that a service extends: %w", err)
		}
		if content, err = b.rewrite(file, content); err != nil {
			return err
		}
		b.parts = append(b.parts, Part{Kind: ExtendsPart, Name: b.names[file], Path: file, Content: content})
	}
	return nil
}

// rewrite puts the names of parts in the place of paths.
func (b *artifact) rewrite(file string, content []byte) ([]byte, error) {
	found, err := pathsIn(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	dir := filepath.Dir(file)
	if file == stdin || slices.Contains([]string{"", "."}, dir) {
		dir = b.dir
	}
	var edits []edit
	for _, at := range found {
		path, err := template.Substitute(at.node.Value, func(name string) (string, bool) {
			value, ok := b.env[name]
			return value, ok
		})
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, at.node.Line, err)
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		name, ok := b.part(at.kind, path)
		if !ok {
			continue
		}
		e, err := replace(content, at.node, name)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, at.node.Line, err)
		}
		edits = append(edits, e)
	}
	return apply(content, edits), nil
}

// part names the part that a path becomes. What is no file here is a remote
// one, or optional, and stays.
func (b *artifact) part(kind PartKind, path string) (name string, ok bool) {
	if name, ok := b.names[path]; ok {
		return name, true
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return "", false
	}
	relative, err := filepath.Rel(b.dir, path)
	if err != nil {
		relative = path
	}
	// Of the path, so that two files of one content stay two.
	sum := sha256.Sum256([]byte(filepath.ToSlash(relative)))
	name = fmt.Sprintf("%x", sum) + map[PartKind]string{EnvPart: ".env", ExtendsPart: ".yaml"}[kind]
	b.names[path] = name
	if kind == EnvPart {
		b.envFiles[path] = true
	} else {
		b.pending = append(b.pending, path)
	}
	return name, true
}

// localIncludes are the files that the project includes from this machine: an
// artifact cannot hold them.
func (p *Project) localIncludes() ([]string, error) {
	var local []string
	for _, f := range p.source.files {
		paths, err := includesIn(f.Content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Filename, err)
		}
		for _, path := range paths {
			if !strings.Contains(path, "://") && !strings.HasPrefix(path, "git@") && !strings.HasPrefix(path, "github.com/") {
				local = append(local, path)
			}
		}
	}
	return local, nil
}

package project

import (
	"errors"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

// errLimit is what an error about an env file beyond a limit wraps.
var errLimit = errors.New("beyond a limit")

// checkIncludedEnv refuses env files of includes, which the loader reads itself,
// that are beyond the limits. The loader reports other mistakes in them.
func (s *source) checkIncludedEnv(documents []*document.Document) error {
	seen := map[string]bool{}
	for _, t := range documents {
		for _, name := range s.includedEnv(t) {
			if seen[name] {
				continue
			}
			seen[name] = true
			if err := s.checkEnvFile(name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *source) checkEnvFile(name string) error {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	p := envParser{name: name, into: map[string]string{}, lookup: s.env.Resolve, onInvalid: func(*FileError) error { return nil }}
	err = p.read(f)
	if _, tooLarge := errors.AsType[*hint.Error](err); tooLarge || errors.Is(err, errLimit) {
		return s.relative(err)
	}
	return nil
}

// includedEnv are the env files that a file's includes may read, absolute.
func (s *source) includedEnv(t *document.Document) []string {
	dirs := []string{s.dir}
	if t.Name != stdin {
		dirs = append(dirs, filepath.Dir(t.Name))
	}
	var names []string
	add := func(n *yaml.Node, base string) {
		for _, scalar := range document.Scalars(document.Deref(n)) {
			name, err := limits.Substitute(scalar.Value, s.env.Resolve)
			if err != nil || name == "" {
				continue
			}
			for _, dir := range dirs {
				path := name
				if !filepath.IsAbs(path) {
					path = filepath.Join(dir, path)
				}
				names = append(names, filepath.Join(path, base))
			}
		}
	}
	for _, root := range t.Docs {
		_, include := document.Child(root, "include")
		for _, entry := range document.Items(include) {
			_, files := document.Child(entry, "env_file")
			_, folder := document.Child(entry, "project_directory")
			_, path := document.Child(entry, "path")
			if path == nil {
				path = entry
			}
			add(files, "")
			add(folder, ".env")
			add(path, "../.env")
		}
	}
	return names
}

package project

import (
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v4"
)

// WatchedFiles are the local files that the project was made of: its Compose
// files with what they include and extend, env and label files, and the files of
// its secrets and configs. Absolute, sorted; some may not exist, such as .env.
func (p *Project) WatchedFiles() []string {
	seen := map[string]bool{}
	for _, file := range p.ComposeFiles {
		if file != stdin {
			collectFiles(file, seen)
		}
	}
	if len(p.EnvFiles) == 0 && p.source != nil {
		seen[filepath.Join(p.source.home, ".env")] = true
	}
	for _, file := range p.EnvFiles {
		seen[file] = true
	}
	for _, s := range p.Services {
		for _, f := range s.EnvFiles {
			seen[f.Path] = true
		}
		for _, f := range s.LabelFiles {
			seen[f] = true
		}
		for _, ref := range s.Secrets {
			seen[p.Secrets[ref.Source].File] = true
		}
		for _, ref := range s.Configs {
			seen[p.Configs[ref.Source].File] = true
		}
	}
	var files []string
	for file := range seen {
		if filepath.IsAbs(file) {
			files = append(files, filepath.Clean(file))
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// collectFiles adds a Compose file and the local ones that it names. What cannot
// be read or understood names none: the loader says what is wrong with it.
func collectFiles(file string, seen map[string]bool) {
	if seen[file] {
		return
	}
	seen[file] = true
	text, err := os.ReadFile(file)
	if err != nil {
		return
	}
	var tree struct {
		Include  []yaml.Node `yaml:"include"`
		Services map[string]struct {
			Extends yaml.Node `yaml:"extends"`
		} `yaml:"services"`
	}
	_ = yaml.Unmarshal(text, &tree)
	add := func(path string) {
		if path == "" {
			return
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(file), path)
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			collectFiles(path, seen)
		}
	}
	for _, node := range tree.Include {
		for _, path := range includedPaths(&node) {
			add(path)
		}
	}
	for _, s := range tree.Services {
		var extends struct {
			File string `yaml:"file"`
		}
		_ = s.Extends.Decode(&extends)
		add(extends.File)
	}
}

// includedPaths reads an entry of include: a path, or a mapping with one or
// several, and with env files.
func includedPaths(node *yaml.Node) []string {
	var path string
	if node.Decode(&path) == nil {
		return []string{path}
	}
	var one struct {
		Path    yaml.Node `yaml:"path"`
		EnvFile yaml.Node `yaml:"env_file"`
	}
	_ = node.Decode(&one)
	var paths []string
	for _, n := range []*yaml.Node{&one.Path, &one.EnvFile} {
		var several []string
		if n.Decode(&path) == nil {
			paths = append(paths, path)
		} else if n.Decode(&several) == nil {
			paths = append(paths, several...)
		}
	}
	return paths
}

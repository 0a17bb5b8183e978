package project

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/limits"
)

// WatchedFiles are the local files that the project was made of: its Compose files
// with what they include and extend, env and label files, and the files of its secrets
// and configs. Of a link, its target is listed as well. Files that can be read only
// once are not listed. Absolute and sorted. Some may not exist: .env and, where nobody
// named files, the override.
func (p *Project) WatchedFiles() []string {
	w := watched{seen: map[string]bool{}, read: map[string]bool{}}
	base := p.WorkingDir
	if p.source != nil {
		w.env, base = p.source.env, p.source.dir
		if len(p.EnvFiles) == 0 {
			w.seen[filepath.Join(p.source.home, ".env")] = true
		}
		if p.source.found && len(p.ComposeFiles) > 0 {
			w.preferred(fileNames, p.ComposeFiles)
			w.preferred(overrideNames, p.ComposeFiles)
		}
	}
	for _, file := range p.ComposeFiles {
		if file != stdin {
			w.compose(file, base)
		}
	}
	for _, file := range p.EnvFiles {
		w.seen[file] = true
	}
	for name := range p.Services {
		w.service(p, name)
	}
	var files []string
	for file := range w.seen {
		if !filepath.IsAbs(file) || isStream(file) {
			continue
		}
		files = append(files, filepath.Clean(file))
		if info, err := os.Lstat(file); err == nil && info.Mode()&os.ModeSymlink != 0 {
			if real, err := filepath.EvalSymlinks(file); err == nil {
				files = append(files, real)
			}
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// watched collects the files of WatchedFiles.
type watched struct {
	env  types.Mapping
	seen map[string]bool
	read map[string]bool // the Compose files among them
}

// preferred adds the file of one of these names that was found in the first one's
// folder, and those that would be taken in its place if they were there.
func (w watched) preferred(names, found []string) {
	for _, name := range names {
		file := filepath.Join(filepath.Dir(found[0]), name)
		w.seen[file] = true
		if slices.Contains(found, file) {
			return
		}
	}
}

// service adds the files of one service.
func (w watched) service(p *Project, name string) {
	s := p.Services[name]
	for _, f := range slices.Concat(s.EnvFiles, p.resolved[name]) {
		w.seen[f.Path] = true
	}
	for _, f := range s.LabelFiles {
		w.seen[f] = true
	}
	for _, ref := range s.Secrets {
		w.seen[p.Secrets[ref.Source].File] = true
	}
	for _, ref := range s.Configs {
		w.seen[p.Configs[ref.Source].File] = true
	}
}

// compose adds a Compose file and the local ones that it names, whose relative
// paths begin at base. What cannot be read or understood names none: the loader
// says what is wrong with it. Variables are the project's; those that an include's
// own env file sets are not known here.
func (w watched) compose(file, base string) {
	if w.read[file] || isStream(file) {
		return
	}
	w.seen[file], w.read[file] = true, true
	text, err := readFile(file, nil)
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
	for _, node := range tree.Include {
		w.include(&node, base)
	}
	for _, s := range tree.Services {
		var extends struct {
			File string `yaml:"file"`
		}
		_ = s.Extends.Decode(&extends)
		if path := w.path(extends.File, base); isFile(path) {
			w.compose(path, filepath.Dir(path))
		}
	}
}

// include adds an entry of include: a path, or a mapping with one or several, a
// folder and env files.
func (w watched) include(node *yaml.Node, base string) {
	var one struct {
		Path    yaml.Node `yaml:"path"`
		EnvFile yaml.Node `yaml:"env_file"`
		Dir     string    `yaml:"project_directory"`
	}
	if node.Kind == yaml.ScalarNode {
		one.Path = *node
	} else {
		_ = node.Decode(&one)
	}
	dir := w.path(one.Dir, base)
	for i, path := range oneOrMore(&one.Path) {
		if path = w.path(path, base); path == "" {
			continue
		}
		if i == 0 && dir == "" {
			dir = filepath.Dir(path)
		}
		if isFile(path) {
			w.compose(path, dir)
		}
	}
	envFiles := oneOrMore(&one.EnvFile)
	if len(envFiles) == 0 && dir != "" {
		w.seen[filepath.Join(dir, ".env")] = true
	}
	for _, path := range envFiles {
		w.seen[w.path(path, base)] = true
	}
}

// path is what a file calls a path, absolute; "" where there is none on this
// machine.
func (w watched) path(name, base string) string {
	text, err := limits.Substitute(name, func(key string) (string, bool) {
		value, ok := w.env[key]
		return value, ok
	})
	switch {
	case err != nil || text == "" || isRemote(text):
		return ""
	case !filepath.IsAbs(text):
		return filepath.Join(base, text)
	}
	return text
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// oneOrMore are the strings of a node that is one or a list of them.
func oneOrMore(node *yaml.Node) []string {
	var one string
	var several []string
	if node.Decode(&one) == nil && one != "" {
		return []string{one}
	}
	_ = node.Decode(&several)
	return several
}

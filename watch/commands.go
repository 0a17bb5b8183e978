package watch

import (
	"encoding/json"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/internal/regular"
)

// environment is the service's, above what its Dockerfile sets.
func (d *deriving) environment() map[string]string {
	env := map[string]string{}
	maps.Copy(env, d.file.Env)
	for name, value := range d.s.Environment {
		env[name] = ""
		if value != nil {
			env[name] = *value
		}
	}
	return env
}

// commands are what the service runs: its own command or the image's, and the
// scripts that these name, of a package.json or of the shell.
func (d *deriving) commands(sources []types.ServiceVolumeConfig) []string {
	entrypoint, command := strings.Join(d.s.Entrypoint, " "), strings.Join(d.s.Command, " ")
	if entrypoint == "" {
		entrypoint = d.file.Entrypoint
		if command == "" {
			command = d.file.Command
		}
	}
	image := d.file.Image
	if d.build == nil {
		image = d.s.Image
	}
	if name, _, _ := strings.Cut(path.Base(image), ":"); entrypoint == "" && name == "airflow" {
		entrypoint = name // its commands are called scheduler, webserver, ...
	}
	if entrypoint == "" && command == "" {
		command = defaultCommand(image)
	}
	all := []string{entrypoint + " " + command}
	dirs := d.dirs(sources)
	for i := 0; i < len(all) && i < 10; i++ { // a script may run a script
		for _, script := range slices.Concat(scripts(all[i], dirs), d.shell(all[i], sources, dirs), d.supervised(all[i], sources, dirs)) {
			if !slices.Contains(all, script) {
				all = append(all, script)
			}
		}
	}
	return all
}

// defaultCommand is the command of well-known images that read what they serve at every
// request; "" for others.
func defaultCommand(image string) string {
	name, tag, _ := strings.Cut(path.Base(image), ":")
	switch {
	case name == "php" && strings.Contains(tag, "apache"), name == "wordpress" && !strings.Contains(tag, "fpm"):
		return "apache2-foreground"
	case name == "php" && strings.Contains(tag, "fpm"), name == "wordpress":
		return "php-fpm"
	case name == "nginx", name == "frankenphp":
		return name
	case name == "drupal" && !strings.Contains(tag, "fpm"), name == "joomla" && !strings.Contains(tag, "fpm"):
		return "apache2-foreground"
	case name == "caddy":
		return "caddy run"
	case name == "httpd":
		return "httpd-foreground"
	}
	return ""
}

// dirs are the folders here that a relative path in a command may begin at: where
// the service works first.
func (d *deriving) dirs(sources []types.ServiceVolumeConfig) []string {
	var works, dirs []string
	for _, v := range sources {
		if rel, ok := relative(path.Clean(v.Target), path.Clean(d.workdir())); ok {
			works = append(works, filepath.Join(v.Source, filepath.FromSlash(rel)))
		}
		dirs = append(dirs, v.Source)
	}
	if d.build != nil {
		dirs = append(dirs, d.build.Context)
	}
	return append(works, dirs...)
}

// packageManagers run the scripts of a package.json.
var packageManagers = []string{"npm", "yarn", "pnpm", "bun", "run-p", "run-s", "npm-run-all"}

// scripts are the texts of the package.json scripts that a command runs.
func scripts(command string, dirs []string) (texts []string) {
	list := separated(strings.ReplaceAll(command, "npm:", "npm ")) // concurrently npm:dev
	for i, word := range list {
		if !slices.Contains(packageManagers, path.Base(word)) {
			continue
		}
		rest := list[i+1:]
		if end := slices.IndexFunc(rest, func(w string) bool { return slices.Contains(packageManagers, path.Base(w)) }); end >= 0 {
			rest = rest[:end]
		}
		texts = append(texts, scriptsOf(rest, dirs)...)
	}
	return texts
}

// scriptsOf are those that a package manager's arguments name, in the package that
// they name or else in the nearest of dirs.
func scriptsOf(arguments, dirs []string) (texts []string) {
	for i := range arguments {
		flag, value, ok := strings.Cut(arguments[i], "=")
		if !ok && i+1 < len(arguments) {
			value = arguments[i+1]
		}
		switch flag {
		case "--prefix", "--cwd", "--dir", "-C":
			dirs = eachOf(dirs, func(dir string) []string { return []string{filepath.Join(dir, value)} })
		case "--filter", "-F", "--workspace", "-w", "workspace":
			dirs = eachOf(dirs, func(dir string) []string { return workspaces(dir, value) })
		}
	}
	for _, dir := range dirs {
		m := packageManifestOf(dir)
		for _, word := range arguments {
			if text := m.Scripts[word]; text != "" {
				texts = append(texts, text)
			}
		}
		if len(texts) > 0 {
			break
		}
	}
	return texts
}

func eachOf(dirs []string, of func(string) []string) (out []string) {
	for _, dir := range dirs {
		out = append(out, of(dir)...)
	}
	return out
}

// workspaces are the folders of the packages of that name, or in a folder of that
// name.
func workspaces(dir, name string) (out []string) {
	for _, depth := range []string{"*", "*/*"} {
		found, _ := filepath.Glob(filepath.Join(globEscape(dir), depth, "package.json")) // a bad pattern finds none
		for _, f := range found {
			if at := filepath.Dir(f); filepath.Base(at) == path.Base(name) || packageManifestOf(at).Name == name {
				out = append(out, at)
			}
		}
	}
	return out
}

// packageManifest is what a package.json says; empty where there is none.
type packageManifest struct {
	Name    string
	Scripts map[string]string
}

// largestManifest is what is read of a package.json, in bytes.
const largestManifest = 4 << 20

func packageManifestOf(dir string) (m packageManifest) {
	if b, err := regular.Read(filepath.Join(dir, "package.json"), largestManifest); err == nil {
		_ = json.Unmarshal(b, &m) // npm says what is wrong with it
	}
	return m
}

// shell are the last lines of the shell scripts that a command names: what an
// entrypoint is there to start. What comes before prepares that, or may not be run.
func (d *deriving) shell(command string, sources []types.ServiceVolumeConfig, dirs []string) (lines []string) {
	for _, word := range separated(command) {
		places := d.copies(word)
		if strings.Contains(word, "/") || path.Ext(word) == ".sh" {
			places = d.placesOf(word, sources, dirs)
		}
		for _, file := range places {
			if line := lastLine(file); line != "" {
				lines = append(lines, line)
				break
			}
		}
	}
	return lines
}

// placesOf are where a file of the container may be here: in a mount, below where
// the service works, or copied by its name.
func (d *deriving) placesOf(name string, sources []types.ServiceVolumeConfig, dirs []string) (files []string) {
	if !path.IsAbs(name) {
		files = eachOf(dirs, func(dir string) []string { return []string{filepath.Join(dir, filepath.FromSlash(name))} })
	}
	for _, v := range sources {
		if rel, ok := relative(path.Clean(v.Target), path.Clean(name)); ok {
			files = append(files, filepath.Join(v.Source, filepath.FromSlash(rel)))
		}
	}
	return append(files, d.copies(name)...)
}

// copies are the files here that the Dockerfile copies and that are called like one
// of the container.
func (d *deriving) copies(name string) (files []string) {
	for _, taken := range d.file.Stages {
		for _, t := range taken {
			if t.From != "" && path.Base(t.From) == path.Base(name) {
				files = append(files, t.Path(d.build.Context))
			}
		}
	}
	return files
}

// largestScript is what is read of scripts and configurations, in bytes.
const largestScript = 64 << 10

// lastLine is that of a shell script, with those that it continues; "" of any other
// file.
func lastLine(file string) string {
	text := readSmall(file)
	first, _, _ := strings.Cut(text, "\n")
	if !strings.HasPrefix(first, "#!") || !strings.Contains(first, "sh") {
		return ""
	}
	last := ""
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			last = line
		}
	}
	return last
}

// readSmall is the text of a file that is not larger than largestScript; "" of any
// other.
func readSmall(file string) string {
	b, err := regular.Read(file, largestScript)
	if err != nil {
		return ""
	}
	return string(b)
}

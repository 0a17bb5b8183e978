package project

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/transform"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// sourceText is what the files of a project say before the loader changes it. restore
// undoes in a model what the loader cannot know while variables stay: values from env
// files, absolute paths, and long forms of texts with a variable.
type sourceText struct {
	source    *source
	texts     map[string]bool // every text
	pairs     map[string]bool // KEY=VALUE of every mapping, as the loader writes it
	variables []variableText
	seen      map[variableText]bool
	dirs      []string            // absolute, those of the files; the project's first
	real      map[string][]string // by folder; see realDirs
}

// variableText is a text with a variable, or the part of one that may be a path,
// the folder that it is relative to, and the service it stands in, or "".
type variableText struct {
	text, dir, service string
}

// texts reads the files again, at most 1000.
func (s *source) texts() *sourceText {
	const most = 1000 // files
	w := &sourceText{source: s, texts: map[string]bool{}, pairs: map[string]bool{}, seen: map[variableText]bool{},
		dirs: []string{s.dir}, real: map[string][]string{}}
	for _, d := range gatherDocuments(s, most) {
		if !slices.Contains(w.dirs, d.Dir) {
			w.dirs = append(w.dirs, d.Dir)
		}
		for _, root := range d.Docs {
			w.readRoot(root, d.Dir)
		}
	}
	return w
}

func (w *sourceText) readRoot(root *yaml.Node, dir string) {
	w.read(root, dir, "")
	_, services := document.Child(root, "services")
	all := document.Values(services)
	for i, name := range document.Keys(services) {
		w.read(all[i], dir, name)
	}
}

func (w *sourceText) read(n *yaml.Node, dir, service string) {
	if n.Kind == yaml.ScalarNode {
		w.texts[n.Value] = true
		w.note(variableText{n.Value, dir, service})
	}
	for i, c := range n.Content {
		w.read(c, dir, service)
		if n.Kind == yaml.MappingNode && i%2 == 1 {
			key, value := n.Content[i-1].Value, document.Deref(c)
			for _, v := range append(document.Items(value), value) {
				var decoded any
				if v = document.Deref(v); v.Kind == yaml.ScalarNode && v.Decode(&decoded) == nil {
					w.pairs[fmt.Sprintf("%s=%v", key, decoded)] = true
				}
			}
		}
	}
}

// note keeps a text with a variable, and what may be a path in it: the source of
// a volume, the value of KEY=VALUE.
func (w *sourceText) note(t variableText) {
	_, value, _ := strings.Cut(t.text, "=")
	volume, _ := format.ParseVolume(t.text)
	for _, part := range []string{t.text, value, volume.Source} {
		p := variableText{part, t.dir, t.service}
		if strings.Contains(part, "$") && !w.seen[p] {
			w.seen[p] = true
			w.variables = append(w.variables, p)
		}
	}
}

func (w *sourceText) restore(model map[string]any) {
	for name, container := range containers(model) {
		w.restoreEnvironment(container)
		w.restoreShort(name, container, "volumes")
		w.restoreShort(name, container, "devices")
	}
	w.restoreContents(model, "secrets", types.SecretConfigXValue)
	w.restoreContents(model, "configs", "content")
	for key, value := range model {
		if key != "services" {
			model[key] = w.restorePaths("", value)
		}
	}
	services, _ := model["services"].(map[string]any)
	for name, service := range services {
		services[name] = w.restorePaths(name, service)
	}
}

// restoreEnvironment takes the values out of entries that have none in the files.
func (w *sourceText) restoreEnvironment(container map[string]any) {
	list, _ := container["environment"].([]any)
	for i, e := range list {
		if entry, ok := e.(string); ok && !w.texts[entry] && !w.pairs[entry] {
			list[i], _, _ = strings.Cut(entry, "=")
		}
	}
}

// restoreContents takes the values of variables out of secrets or configs.
func (w *sourceText) restoreContents(model map[string]any, kind, key string) {
	resources, _ := model[kind].(map[string]any)
	for _, r := range resources {
		resource, _ := r.(map[string]any)
		value, ok := resource[key]
		if ok && (resource["environment"] != nil || !w.pairs[fmt.Sprintf("%s=%v", key, value)]) {
			delete(resource, key)
		}
	}
}

// restoreShort puts the short form back in the place of the long one that the loader
// made of a text with a variable.
func (w *sourceText) restoreShort(service string, container map[string]any, key string) {
	list, _ := container[key].([]any)
	for i, entry := range list {
		for _, t := range w.of(service) {
			if key == "volumes" && t.text[0] != '$' || !reflect.DeepEqual(longForm(key, t.text), entry) {
				continue
			}
			list[i] = t.text
			if value := w.value(t.text); strings.HasPrefix(value, ".") {
				list[i] = w.relative(t)
			}
			break
		}
	}
}

// of are the texts with variables, those of the service first.
func (w *sourceText) of(service string) []variableText {
	var own, others []variableText
	for _, t := range w.variables {
		if t.service == service {
			own = append(own, t)
		} else {
			others = append(others, t)
		}
	}
	return append(own, others...)
}

// longForm is what the loader makes of the short form of a service's volume or
// device where variables stay; nil if it takes it for none.
func longForm(key, short string) any {
	list := []any{short}
	model := map[string]any{"services": map[string]any{"": map[string]any{key: list}}}
	model, err := transform.Canonical(model, true)
	if err == nil {
		_, err = transform.SetDefaultValues(model)
	}
	if err != nil {
		return nil
	}
	return list[0]
}

// restorePaths is the tree with the paths that begin with a variable as they
// are written, since the variable may hold an absolute one.
func (w *sourceText) restorePaths(service string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = w.restorePaths(service, value)
		}
	case []any:
		for i, value := range v {
			v[i] = w.restorePaths(service, value)
		}
	case string:
		if strings.Contains(v, "$") && !w.texts[v] {
			return w.path(service, v)
		}
	}
	return v
}

func (w *sourceText) path(service, text string) string {
	for _, t := range w.of(service) {
		if w.joined(t, text) {
			return w.pathOf(t, w.absolute(text))
		}
	}
	return w.absolute(text)
}

// pathOf is how to write a path that the loader made absolute. An absolute one
// is not brought into the shortest form where it is read again.
func (w *sourceText) pathOf(t variableText, absolute string) string {
	if t.text[0] == '$' {
		value := w.value(t.text)
		outside := filepath.IsAbs(value) || strings.HasPrefix(value, "~") || strings.Contains(value, "://")
		if outside || t.dir == w.source.dir {
			return t.text
		}
	}
	if value := w.value(absolute); value == filepath.Clean(value) {
		return absolute
	}
	return w.relative(t)
}

// absolute is a path with the dollars of the folder that the loader put before
// it doubled: they are no variables, whatever the folder is called.
func (w *sourceText) absolute(text string) string {
	for _, dir := range w.dirs {
		if rest, ok := strings.CutPrefix(text, dir); ok && (rest == "" || rest[0] == filepath.Separator) {
			return escaped(dir) + rest
		}
	}
	return text
}

// joined tells whether the loader makes path of the text.
func (w *sourceText) joined(t variableText, path string) bool {
	for _, dir := range w.realDirs(t.dir) {
		if strings.HasPrefix(path, dir) && filepath.Join(dir, t.text) == path {
			return true
		}
	}
	return false
}

// realDirs is a folder, and what it is without symbolic links: develop.watch has
// them resolved.
func (w *sourceText) realDirs(dir string) []string {
	if w.real[dir] == nil {
		w.real[dir] = []string{dir}
		if real, err := filepath.EvalSymlinks(dir); err == nil && real != dir {
			w.real[dir] = append(w.real[dir], real)
		}
	}
	return w.real[dir]
}

// relative is a path as it is written, by way of the folder of its file if that
// is not the project's.
func (w *sourceText) relative(t variableText) string {
	if t.dir == w.source.dir {
		return t.text
	}
	dir, err := filepath.Rel(w.source.dir, t.dir)
	if err != nil {
		return escaped(t.dir) + "/" + t.text
	}
	return "./" + escaped(filepath.ToSlash(dir)) + "/" + t.text
}

// value is a text with the values of its variables. Nothing of it is printed.
func (w *sourceText) value(text string) string {
	value, err := template.SubstituteWithOptions(text, w.source.env.Resolve, template.WithoutLogging)
	if err != nil {
		return text
	}
	return value
}

func escaped(text string) string { return strings.ReplaceAll(text, "$", "$$") }

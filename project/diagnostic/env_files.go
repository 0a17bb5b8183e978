package diagnostic

import (
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// explainEnvFile is about an env file or label file that is not there. m is its
// kind, env or label, and its name.
func (d *diagnosis) explainEnvFile(m []string) {
	d.text = strings.TrimSuffix(d.text, ": stat "+m[2]+": no such file or directory")
	d.locateFileName(m[2])
	if m[1] == "env" {
		d.hint = "create the file, or make it optional: env_file: [{path: FILE, required: false}]"
	}
}

// isEnvFileWithoutPath tells whether the place found is an entry of env_file that says
// more than a path, and not that: the schema says then that it is no text.
func (d *diagnosis) isEnvFileWithoutPath() bool {
	if len(d.path) != 4 || d.path[2] != "env_file" || d.at.File == nil {
		return false
	}
	return slices.ContainsFunc(d.at.File.Docs, func(root *yaml.Node) bool {
		_, entry, depth := document.Find(root, d.path)
		_, path := document.Child(entry, "path")
		return depth == len(d.path) && document.Deref(entry).Kind == yaml.MappingNode && path == nil
	})
}

func (d *diagnosis) explainNoPath() {
	d.text = strings.Join(d.path, ".") + ": there is no path"
	d.hint = "write the file's name: {path: FILE, required: false}"
}

// explainDotEnv is about an env file that the loader read itself, for an
// include: it is read once more for its line.
func (d *diagnosis) explainDotEnv(name string) {
	if content, e := d.EnvFile(name); e != nil {
		d.at = document.Position{File: &document.Document{Name: name, Content: content}, Line: e.Line, Column: e.Column}
		d.text, d.hint = e.Msg, e.Help
	}
}

// locateFileName points at the text that names a file.
func (d *diagnosis) locateFileName(name string) {
	match := func(v string) bool {
		return v == name || filepath.Base(v) == filepath.Base(name) && strings.HasSuffix(name, filepath.Clean("/"+filepath.Base(v)))
	}
	for _, pattern := range []string{
		"services.*.env_file", "services.*.env_file.*", "services.*.env_file.*.path",
		"services.*.label_file", "services.*.label_file.*", "services.*.extends.file",
		"include.*", "include.*.path", "include.*.path.*", "include.*.env_file", "include.*.env_file.*",
	} {
		if d.locateScalar(pattern, match) {
			return
		}
	}
}

package project

import (
	"errors"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

// readDocuments parses the project's files and those that they include or extend.
func readDocuments(s *source) []*document.Document { return gatherDocuments(s, document.MaxDocuments) }

// gatherDocuments is readDocuments with another limit.
func gatherDocuments(s *source, most int) []*document.Document {
	documents, _ := boundedDocuments(s, most)
	return documents
}

// boundedDocuments is readDocuments up to a file that is too large, which is its
// error.
func boundedDocuments(s *source, most int) ([]*document.Document, error) {
	var documents []*document.Document
	for _, f := range s.files {
		d := document.Parse(f.Filename, f.Content)
		d.Dir = s.dir
		documents = append(documents, d)
	}
	for i := 0; i < len(documents) && len(documents) < len(s.files)+most; i++ {
		for _, r := range s.references(documents[i]) {
			known := slices.ContainsFunc(documents, func(t *document.Document) bool { return t.Name == r.name })
			if isDevice(r.name) {
				return documents, hint.New(r.name+" is a device, which has no end", "name a file or a pipe")
			}
			if known || isStream(r.name) {
				continue
			}
			content, err := readFile(r.name, nil)
			if _, excessive := errors.AsType[*hint.Error](err); excessive {
				return documents, err
			}
			if err != nil {
				continue // the loader says so
			}
			if err := s.checkParts(r.name, content); err != nil {
				return documents, err
			}
			d := document.Parse(r.name, content)
			d.Dir = r.dir
			documents = append(documents, d)
		}
	}
	return documents, nil
}

// referredFile is a file that another one names; both paths are absolute.
type referredFile struct {
	name, dir string // dir: what the paths in it are relative to
}

// references are the files that a file names by include and extends.
func (s *source) references(t *document.Document) []referredFile {
	var found []referredFile
	add := func(n *yaml.Node, dir string) {
		for _, scalar := range document.Scalars(n) {
			name := s.referred(scalar.Value, t.Dir)
			if name == "" {
				continue
			}
			if dir == "" {
				dir = filepath.Dir(name) // of the first
			}
			found = append(found, referredFile{name, dir})
		}
	}
	for _, root := range t.Docs {
		_, include := document.Child(root, "include")
		for _, entry := range document.Items(include) {
			dir := ""
			if _, n := document.Child(entry, "project_directory"); n != nil {
				dir = s.referred(n.Value, t.Dir)
			}
			if _, path := document.Child(entry, "path"); path != nil {
				add(path, dir)
			} else {
				add(entry, dir)
			}
		}
		_, services := document.Child(root, "services")
		for _, service := range document.Values(services) {
			_, extends := document.Child(service, "extends")
			_, file := document.Child(extends, "file")
			add(file, "")
		}
	}
	return found
}

// referred is the absolute path that a file of dir means by a name; "": none, or a
// remote file that has not been fetched.
func (s *source) referred(name, dir string) string {
	name, err := limits.Substitute(name, s.env.Resolve)
	switch {
	case err != nil || name == "" || name == stdin:
		return ""
	case isRemote(name):
		return s.remotes.copyOf(name)
	case filepath.IsAbs(name):
		return name
	}
	return filepath.Join(dir, name)
}

package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/hint"
)

// fence keeps the files that a remote file includes or extends within what was
// fetched with it: they are read before anybody is asked. It sees the files as
// they are written: variables in those paths are refused, since a remote file
// may set them itself.
type fence struct {
	*elsewhere
	reference, root string
	seen            map[string]bool
}

// check follows the includes and extends of a file; dir is what its includes
// are relative to.
func (f fence) check(file, dir string) error {
	if f.seen[file] {
		return nil
	}
	f.seen[file] = true
	if len(f.seen) > maxDocuments {
		return f.refuse("it includes and extends more than %d files", maxDocuments)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil // the loader says so, with the place
	}
	for decoder := yaml.NewDecoder(bytes.NewReader(content)); ; {
		var document map[string]any // aliases and merges resolved
		switch err := decoder.Decode(&document); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return f.refuse("%s cannot be read: %v", file, err)
		}
		for _, entry := range list(document["include"]) {
			if err := f.include(entry, dir); err != nil {
				return err
			}
		}
		if err := f.extends(document, filepath.Dir(file)); err != nil {
			return err
		}
	}
}

// extends follows what the services and jobs of a document extend.
func (f fence) extends(document map[string]any, dir string) error {
	for _, kind := range []string{"services", "jobs"} {
		for _, service := range mapping(document[kind]) {
			for _, file := range list(mapping(mapping(service)["extends"])["file"]) {
				if err := f.follow(fmt.Sprint(file), dir, ""); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// include follows one entry: a path, or a mapping of path, project_directory
// and env_file.
func (f fence) include(entry any, dir string) error {
	long := mapping(entry)
	for _, file := range list(long["env_file"]) {
		if _, err := f.inside(fmt.Sprint(file), dir); err != nil && file != os.DevNull {
			return err
		}
	}
	within := ""
	for _, folder := range list(long["project_directory"]) {
		var err error
		if within, err = f.inside(fmt.Sprint(folder), dir); err != nil {
			return err
		}
	}
	paths := list(long["path"])
	if long == nil {
		paths = list(entry)
	}
	for _, path := range paths {
		if err := f.follow(fmt.Sprint(path), dir, within); err != nil {
			return err
		}
	}
	return nil
}

// follow checks a file that another names; within is what its own includes are
// relative to, "" for its folder.
func (f fence) follow(name, dir, within string) error {
	if isRemote(name) && !strings.Contains(name, "$") {
		return nil // fetched and checked by itself
	}
	file, err := f.inside(name, dir)
	if err != nil {
		return err
	}
	if within == "" {
		within = filepath.Dir(file)
	}
	return f.check(file, within)
}

// inside resolves a path and refuses one that leads out.
func (f fence) inside(name, dir string) (string, error) {
	if strings.Contains(name, "$") {
		return "", f.refuse("there is a variable in the path %s", name)
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	if !below(path, f.root) {
		return "", f.refuse("it reads %s, which is not part of what was fetched", path)
	}
	return path, nil
}

func (f fence) refuse(format string, args ...any) error {
	return hint.New(fmt.Sprintf("remote file %s: %s", f.reference, fmt.Sprintf(format, args...)),
		"a remote file may include and extend what comes with it, and other remote files")
}

// below tells whether a path is dir or leads into it.
func below(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

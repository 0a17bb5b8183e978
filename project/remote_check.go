package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

// copyChecker keeps the files that a remote file includes or extends within what was
// fetched with it: they are read before anybody is asked. It reads them through
// one os.Root, which no link leads out of. Paths with variables are refused, since a
// remote file may set the variables itself.
//
// The loader has rules of its own for what a relative path is relative to. So
// the checker lets through only paths that are relative to the folder of their
// file by every rule; what depends on a project directory, on the folder of
// another file or on the user's home is refused.
type copyChecker struct {
	reference string
	root      *os.Root        // of the copy; its name is absolute
	seen      map[string]bool // files, absolute
	found     *remoteFile
}

// checkCopy reads the files that loading a copy reads. A *hint.Error is about one that
// is outside of the copy, or could be.
func checkCopy(reference string, c Copy, bases []string) (*remoteFile, error) {
	root, err := os.OpenRoot(c.Root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f := copyChecker{reference: reference, root: root, seen: map[string]bool{}, found: &remoteFile{Copy: c, bases: bases}}
	if err := f.env(filepath.Join(filepath.Dir(c.Path), ".env")); err != nil {
		return nil, err
	}
	return f.found, f.check(c.Path)
}

// check follows the includes and extends of a file.
func (f copyChecker) check(file string) error {
	if f.seen[file] {
		return nil
	}
	f.seen[file] = true
	if len(f.seen) > document.MaxDocuments {
		return f.refuse("it includes and extends more than %d files", document.MaxDocuments)
	}
	content, err := readIn(f.root, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the loader says so, with the place
	}
	if err != nil {
		return f.refuse("%s cannot be read: %v", file, err)
	}
	if limits.PartsOf(content) > limits.ComposeParts.Value {
		return f.refuse("%s", limits.ComposeParts.Exceeded(file))
	}
	for decoder := yaml.NewDecoder(bytes.NewReader(content)); ; {
		var document map[string]any // aliases and merges resolved
		switch err := decoder.Decode(&document); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return f.refuse("%s cannot be read: %v", file, err)
		}
		f.found.documents = append(f.found.documents, document)
		for _, entry := range list(document["include"]) {
			if err := f.include(entry, file); err != nil {
				return err
			}
		}
		if err := f.extends(document, file); err != nil {
			return err
		}
	}
}

// extends follows what the services and jobs of a file's document extend.
func (f copyChecker) extends(document map[string]any, file string) error {
	for _, kind := range []string{"services", "jobs"} {
		for _, service := range mapping(document[kind]) {
			for _, other := range list(mapping(mapping(service)["extends"])["file"]) {
				if err := f.follow(other, file); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// include follows one entry of a file: a path, or a mapping of path,
// project_directory and env_file.
func (f copyChecker) include(entry any, file string) error {
	long := mapping(entry)
	if directory, ok := long["project_directory"]; ok {
		return f.refuse("it includes with the project_directory %v", directory)
	}
	for _, env := range list(long["env_file"]) {
		if err := f.includeEnv(env, file); err != nil {
			return err
		}
	}
	paths := list(long["path"])
	if long == nil {
		paths = list(entry)
	}
	for _, path := range paths {
		if err := f.follow(path, file); err != nil {
			return err
		}
	}
	return nil
}

// includeEnv checks an env file that a file gives to what it includes. The loader
// takes those of files that are included themselves relative to the folder of
// the call.
func (f copyChecker) includeEnv(env any, file string) error {
	if env == os.DevNull {
		return nil
	}
	if file != f.found.Path {
		return f.refuse("%s, which is included, includes with the env_file %v", file, env)
	}
	path, err := f.inside(env, file)
	if err != nil {
		return err
	}
	return f.env(path)
}

// env reads an env file that the variables of an include come from.
func (f copyChecker) env(path string) error {
	content, err := readIn(f.root, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return f.refuse("%s cannot be read: %v", path, err)
	}
	f.found.envFiles = append(f.found.envFiles, content)
	return nil
}

// follow checks a file that another names.
func (f copyChecker) follow(name any, file string) error {
	if text, ok := name.(string); ok && isRemote(text) && !strings.Contains(text, "$") {
		return nil // fetched and checked by itself
	}
	path, err := f.inside(name, file)
	if err != nil {
		return err
	}
	if err := f.env(filepath.Join(filepath.Dir(path), ".env")); err != nil {
		return err
	}
	return f.check(path)
}

// inside resolves a path that a file names, and refuses one that leads out.
func (f copyChecker) inside(name any, file string) (string, error) {
	path, ok := name.(string)
	switch {
	case !ok:
		return "", f.refuse("%v is no path", name)
	case strings.Contains(path, "$"):
		return "", f.refuse("there is a variable in the path %s", path)
	case strings.HasPrefix(path, "~"):
		return "", f.refuse("it reads %s, which is in your home folder", path)
	case filepath.IsAbs(path):
	case f.found.displaced() && file == f.found.Path:
		return "", f.refuse("it reads %s, and its paths lead to another folder here than its own: "+
			"it is not the first file, or has a project directory", path)
	default:
		path = filepath.Join(filepath.Dir(file), path)
	}
	if !below(path, f.root.Name()) {
		return "", f.refuse("it reads %s, which is not part of what was fetched", path)
	}
	return path, nil
}

func (f copyChecker) refuse(format string, args ...any) error {
	return hint.New(fmt.Sprintf("remote file %s: %s", f.reference, fmt.Sprintf(format, args...)),
		"a remote file may include and extend what comes with it, and other remote files")
}

// below tells whether a path is dir or leads into it.
func below(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

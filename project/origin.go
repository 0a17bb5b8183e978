package project

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/hint"
)

// Origin is where containers come from, by their labels.
type Origin struct {
	Project string   // the project's name
	Dir     string   // its folder, absolute
	Files   []string // its files, absolute or "-"
}

// Confirm refuses a guessed name that may stand for somebody else's project: one
// that has containers of other folders and files. origins are those of all
// containers at the engine. A refusal is a *hint.Error that wraps Unread. Where there
// are no containers for a project without a file, the error is Unread itself.
func (id Identity) Confirm(origins []Origin) error {
	if !id.Guessed {
		return nil
	}
	var mine bool
	var others []string
	for _, o := range origins {
		switch here := id.has(o); {
		case o.Project == id.Name && !here:
			return hint.Wrap(fmt.Errorf("project %q is that of %s, not of %s, and nothing else says what this one is called: %w",
				id.Name, o.shown(), id.shown(), id.Unread), "-p NAME says which project is meant")
		case o.Project == id.Name:
			mine = true
		case here:
			others = append(others, o.Project)
		}
	}
	slices.Sort(others)
	switch others = slices.Compact(others); {
	case mine:
		return nil
	case len(others) > 0:
		return hint.Wrap(fmt.Errorf("the containers of %s are of project %s, not of %q, and nothing else says what this one is called: %w",
			id.shown(), strings.Join(others, ", "), id.Name, id.Unread), "-p "+others[0]+" says that this one is meant")
	case id.absent:
		return id.Unread
	}
	return nil
}

// has tells whether containers come from this folder or one of these files.
func (id Identity) has(o Origin) bool {
	if o.Dir != "" && resolvedPath(o.Dir) == resolvedPath(id.Dir) {
		return true
	}
	return slices.ContainsFunc(id.Files, func(name string) bool {
		return name != stdin && slices.ContainsFunc(o.Files, func(other string) bool { return resolvedPath(other) == resolvedPath(name) })
	})
}

// resolvedPath is a path with its links resolved: all of them, or those of its folder where
// the file itself is not there.
func resolvedPath(name string) string {
	if path, err := filepath.EvalSymlinks(name); err == nil {
		return path
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil {
		return filepath.Join(dir, filepath.Base(name))
	}
	return filepath.Clean(name)
}

func (id Identity) shown() string { return placeOf(id.Dir, id.Files) }

func (o Origin) shown() string { return placeOf(o.Dir, o.Files) }

func placeOf(dir string, files []string) string {
	switch {
	case dir == "":
		return "a folder that its containers do not name"
	case len(files) == 0:
		return dir
	}
	return fmt.Sprintf("%s (%s)", dir, strings.Join(files, ", "))
}

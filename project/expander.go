package project

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/limits"
)

// expander finds the files that are included or extended by a path with a
// variable. It is a loader.ResourceLoader, as remoteFiles is.
type expander struct {
	source *source
	found  map[string]string // by the path as written
}

// Accept tells whether a path has a variable.
func (e *expander) Accept(name string) bool { return strings.Contains(name, "$") }

// Load returns the file's path, absolute. Errors are those of limits.Substitute, and a
// *hint.Error where the file is a remote one, or a remote one names it.
func (e *expander) Load(ctx context.Context, name string) (string, error) {
	file, err := limits.Substitute(name, e.source.env.Resolve)
	if err != nil {
		return "", err
	}
	if isRemote(file) {
		return "", hint.New("a remote file is named by a variable: "+name, "leave out --no-interpolate")
	}
	by, _ := ctx.Value(consts.ComposeFileKey{}).(string)
	if !filepath.IsAbs(file) {
		file = filepath.Join(e.source.folderOf(by), file)
	}
	for _, c := range e.source.remotes.copies {
		if by == c.Path || strings.HasPrefix(by, c.Root+string(filepath.Separator)) {
			return "", hint.New(by+" names a file by a variable: "+name, "leave out --no-interpolate")
		}
	}
	e.found[name] = file
	return file, nil
}

// folderOf is the folder that the names of files in a file are relative to: the
// project's for its own files, their own for those that they include or extend.
func (s *source) folderOf(name string) string {
	if name == stdin || slices.ContainsFunc(s.files, func(f types.ConfigFile) bool { return f.Filename == name }) {
		return s.dir
	}
	return filepath.Dir(name)
}

// Dir is the folder that the paths of such a file are relative to.
func (e *expander) Dir(name string) string {
	if file, ok := e.found[name]; ok {
		name = file
	}
	return filepath.Dir(name)
}

var _ loader.ResourceLoader = (*expander)(nil)

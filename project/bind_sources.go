package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
)

// MissingSources looks on this machine for the sources of a service's bind mounts. Of
// those that are not there, an engine makes an empty folder: refused are those for which
// that would be wrong, each with advice, and made are the paths of the others.
func (p *Project) MissingSources(service string) (made []string, refused error) {
	var found []error
	for _, v := range p.Services[service].Volumes {
		if v.Type != types.VolumeTypeBind || exists(v.Source) {
			continue
		}
		shown, inside := p.pathInFolder(v.Source)
		text := fmt.Sprintf("service %q: the source of its bind mount, %s, does not exist", service, shown)
		switch {
		case v.Bind != nil && !bool(v.Bind.CreateHostPath):
			found = append(found, hint.New(text, "create it: bind.create_host_path is false"))
		case inside && namesFile(v):
			found = append(found, hint.New(text, "create the file; if it is to be a folder: mkdir -p "+shown))
		default:
			made = append(made, shown)
		}
	}
	return made, errors.Join(found...)
}

// pathInFolder is a path for people, relative to the project's folder if it is inside.
func (p *Project) pathInFolder(name string) (shown string, inside bool) {
	rel, err := filepath.Rel(p.WorkingDir, name)
	if err != nil || !filepath.IsLocal(rel) {
		return name, false
	}
	return "." + string(filepath.Separator) + rel, true
}

// namesFile tells whether a mount's two ends are named as a file is: with the same
// extension, which is neither a number nor ".d".
func namesFile(v types.ServiceVolumeConfig) bool {
	ext := filepath.Ext(strings.TrimLeft(filepath.Base(v.Source), "."))
	if _, err := strconv.Atoi(strings.TrimPrefix(ext, ".")); err == nil || slices.Contains([]string{"", ".", ".d"}, ext) {
		return false
	}
	return path.Ext(v.Target) == ext
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

package session

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

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// checkSources looks for the sources of the bind mounts that a plan's new containers
// have, where the engine runs on this machine. It makes an empty folder of one that is
// not there: a warning, and an error where the project's own file was meant.
func (s *Session) checkSources(p *plan.Plan) error {
	if s.Engine.Remote || s.Project == nil {
		return nil
	}
	var found []error
	seen := map[string]bool{}
	for _, step := range p.Steps {
		c, creates := step.Action.(planner.CreateContainer)
		if !creates || seen[c.Ref.Service] {
			continue
		}
		seen[c.Ref.Service] = true
		for _, v := range s.Project.Services[c.Ref.Service].Volumes {
			if v.Type != types.VolumeTypeBind || exists(v.Source) {
				continue
			}
			if err := s.missingSource(c.Ref.Service, v); err != nil {
				found = append(found, err)
			}
		}
	}
	return errors.Join(found...)
}

// missingSource warns of a source that is not there, or returns an error.
func (s *Session) missingSource(service string, v types.ServiceVolumeConfig) error {
	shown := v.Source
	rel, err := filepath.Rel(s.Project.WorkingDir, v.Source)
	inside := err == nil && filepath.IsLocal(rel)
	if inside {
		shown = "." + string(filepath.Separator) + rel
	}
	text := fmt.Sprintf("service %q: the source of its bind mount, %s, does not exist", service, shown)
	switch {
	case v.Bind != nil && !bool(v.Bind.CreateHostPath):
		return hint.New(text, "create it: bind.create_host_path is false")
	case inside && namesFile(v):
		return hint.New(text, fmt.Sprintf("create the file; if it is to be a folder: mkdir -p %s", shown))
	}
	s.Sink(event.Message{Level: event.Warn, Text: text + ": the engine makes it an empty folder"})
	return nil
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

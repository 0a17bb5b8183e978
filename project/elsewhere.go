package project

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"

	"github.com/compose-orchestrator/compose/hint"
)

// Remote brings Compose files from elsewhere to this machine; package
// project/remote has one.
type Remote interface {
	// Fetch returns a local copy of what a reference names. A *hint.Error says
	// what the user can do.
	Fetch(ctx context.Context, want Wanted) (Copy, error)
}

// Wanted is a remote file that a project needs.
type Wanted struct {
	Reference string // as it stands in the file or behind -f
	Dir       string // the project's folder on this machine, absolute
	Offline   bool   // nothing may be fetched; see Options.Offline
}

// Copy is a local copy of a remote file, and what came with it. Paths are
// absolute.
type Copy struct {
	Path string // the Compose file
	Root string // the folder that nothing in it leads out of
}

// isRemote tells a reference to a file elsewhere from a path: it has a scheme,
// or is git@HOST:PATH.
func isRemote(name string) bool {
	scheme, _, ok := strings.Cut(name, "://")
	return ok && scheme != "" && !strings.ContainsAny(scheme, `/\.$`) || strings.HasPrefix(name, "git@")
}

// fetch puts local copies in the place of the remote files behind -f. Relative
// paths of the first one are relative to its copy, unless the user says
// otherwise.
func (s *source) fetch(ctx context.Context, o Options) error {
	s.elsewhere = &elsewhere{remote: o.Remote, dir: s.home, offline: o.Offline, copies: map[string]Copy{}}
	for i := range s.files {
		name := s.files[i].Filename
		if !isRemote(name) {
			continue
		}
		local, err := s.elsewhere.Load(ctx, name)
		if err != nil {
			return err
		}
		s.files[i].Filename = local
		if i == 0 && o.Dir == "" {
			s.dir = filepath.Dir(local)
		}
	}
	return nil
}

// elsewhere is the remote files of one project, in the form that compose-go
// takes: its loader.ResourceLoader.
type elsewhere struct {
	remote  Remote // nil: they are refused
	dir     string
	offline bool
	copies  map[string]Copy // by reference
}

// Accept tells whether a path is a reference.
func (e *elsewhere) Accept(name string) bool { return isRemote(name) }

// Load returns the path of a local copy.
func (e *elsewhere) Load(ctx context.Context, reference string) (string, error) {
	if c, ok := e.copies[reference]; ok {
		return c.Path, nil
	}
	if e.remote == nil {
		return "", hint.New(reference+" is a remote file, and this command takes none", "fetch it, and give the copy by -f")
	}
	c, err := e.remote.Fetch(ctx, Wanted{Reference: reference, Dir: e.dir, Offline: e.offline})
	if err != nil {
		if _, ok := errors.AsType[*hint.Error](err); !ok && ctx.Err() == nil {
			err = hint.Wrap(err, "") // no mistake of the file's
		}
		return "", err
	}
	f := fence{elsewhere: e, reference: reference, root: c.Root, seen: map[string]bool{}}
	if err := f.check(c.Path, filepath.Dir(c.Path)); err != nil {
		return "", err
	}
	e.copies[reference] = c
	return c.Path, nil
}

// Dir is the folder that the paths of a remote file are relative to. compose-go
// asks with the reference, with the copy's path, or with a project directory.
func (e *elsewhere) Dir(path string) string {
	if c, ok := e.copies[path]; ok {
		return filepath.Dir(c.Path)
	}
	for _, c := range e.copies {
		if c.Path == path {
			return filepath.Dir(path)
		}
	}
	return path
}

var _ loader.ResourceLoader = (*elsewhere)(nil)

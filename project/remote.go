package project

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/hint"
)

// Remote brings remote Compose files to this machine; package project/remote has
// one.
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

// isRemote tells a reference to a remote file from a path: it has a scheme,
// or is git@HOST:PATH.
func isRemote(name string) bool {
	scheme, _, ok := strings.Cut(name, "://")
	return ok && scheme != "" && !strings.ContainsAny(scheme, `/\.$`) || strings.HasPrefix(name, "git@")
}

// fetch puts local copies in the place of the remote files behind -f. Relative
// paths of the first one are relative to its copy, unless the user says
// otherwise.
func (s *source) fetch(ctx context.Context, o Options) error {
	s.remotes = &remoteFiles{remote: o.Remote, dir: s.home, files: s.files, offline: o.Offline, copies: map[string]*remoteFile{}}
	for i := range s.files {
		name := s.files[i].Filename
		if !isRemote(name) {
			continue
		}
		first := i == 0 && o.Dir == ""
		base := s.dir
		if first {
			base = ownFolder
		}
		local, err := s.remotes.load(ctx, name, base)
		if err != nil {
			return err
		}
		s.files[i].Filename = local
		if first {
			s.dir = filepath.Dir(local)
		}
	}
	return nil
}

// remoteFiles are the remote files of one project, in the form that compose-go
// takes: its loader.ResourceLoader.
type remoteFiles struct {
	remote  Remote // nil: they are refused
	dir     string
	files   []types.ConfigFile // of the project, in place
	offline bool
	copies  map[string]*remoteFile // by reference
	asked   []string               // every path that the loader asked about, in order
}

// remoteFile is the copy of a remote file, and what loading it reads.
type remoteFile struct {
	Copy
	documents []map[string]any // of its Compose files, aliases and merges resolved
	envFiles  [][]byte         // the contents of those that its variables come from
	// bases are the folders that relative paths of its Compose file are relative to:
	// ownFolder, or folders of the user.
	bases []string
}

// ownFolder stands in bases for the folder that a copy's first file is in.
const ownFolder = ""

// displaced tells whether relative paths of the copy lead to folders of the user.
func (f *remoteFile) displaced() bool {
	return slices.ContainsFunc(f.bases, func(base string) bool { return base != ownFolder })
}

// Accept tells whether a path is a reference.
func (e *remoteFiles) Accept(name string) bool {
	if !slices.Contains(e.asked, name) {
		e.asked = append(e.asked, name)
	}
	return isRemote(name)
}

// named are the paths of the files that were included or extended, relative as
// they stand in the files; copies of remote ones, absolute.
func (e *remoteFiles) named() []string {
	names := slices.Clone(e.asked)
	for i, name := range names {
		if c, ok := e.copies[name]; ok {
			names[i] = c.Path
		}
	}
	return names
}

// Load returns the path of a local copy. It is compose-go's: ctx says which file
// includes or extends the reference. Errors are those of Remote.Fetch, and a
// *hint.Error where the copy reads what did not come with it.
func (e *remoteFiles) Load(ctx context.Context, reference string) (string, error) {
	by, _ := ctx.Value(consts.ComposeFileKey{}).(string)
	path := ""
	for _, base := range e.bases(by, reference) {
		var err error
		if path, err = e.load(ctx, reference, base); err != nil {
			return "", err
		}
	}
	return path, nil
}

// load is Load for a reference whose relative paths are relative to base.
func (e *remoteFiles) load(ctx context.Context, reference, base string) (string, error) {
	c, known := e.copies[reference]
	if known && slices.Contains(c.bases, base) {
		return c.Path, nil
	}
	if !known {
		fresh, err := e.fetch(ctx, reference)
		if err != nil {
			return "", err
		}
		c = &remoteFile{Copy: fresh}
	}
	checked, err := checkCopy(reference, c.Copy, append(slices.Clone(c.bases), base))
	if err != nil {
		return "", err
	}
	e.copies[reference] = checked
	return c.Path, nil
}

func (e *remoteFiles) fetch(ctx context.Context, reference string) (Copy, error) {
	if e.remote == nil {
		return Copy{}, hint.New(reference+" is a remote file, and this command takes none", "fetch it, and give the copy by -f")
	}
	c, err := e.remote.Fetch(ctx, Wanted{Reference: reference, Dir: e.dir, Offline: e.offline})
	if err == nil {
		return c, nil
	}
	if _, ok := errors.AsType[*hint.Error](err); !ok && ctx.Err() == nil {
		err = hint.Wrap(err, "") // no mistake of the file's
	}
	return Copy{}, err
}

// cachedFiles are the remote files of a project that has been loaded: none is
// fetched or checked again.
type cachedFiles struct{ *remoteFiles }

// Load returns the path of a local copy. Errors are those of remoteFiles.Load.
func (e cachedFiles) Load(ctx context.Context, reference string) (string, error) {
	if c, ok := e.copies[reference]; ok {
		return c.Path, nil
	}
	return e.load(ctx, reference, e.dir)
}

// bases are the folders that relative paths of a reference may be relative to where a
// file includes or extends it. An entry of include that is a variable may name any
// reference, so its project_directory counts.
func (e *remoteFiles) bases(file, reference string) []string {
	content, ok := e.content(file)
	if !ok {
		return []string{e.dir}
	}
	bases := []string{ownFolder}
	for decoder := yaml.NewDecoder(bytes.NewReader(content)); ; {
		var document struct{ Include []any }
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return bases
		}
		if err != nil {
			return []string{e.dir}
		}
		for _, entry := range document.Include {
			long := mapping(entry)
			directory, displaces := long["project_directory"].(string)
			if displaces && directory != "" && mayName(long["path"], reference) {
				bases = append(bases, absoluteIn(directory, filepath.Dir(file)))
			}
		}
	}
}

// mayName tells whether a reference is among an include's paths, or a variable
// that may stand for it.
func mayName(paths any, reference string) bool {
	return slices.ContainsFunc(list(paths), func(path any) bool {
		text, ok := path.(string)
		return !ok || text == reference || strings.Contains(text, "$")
	})
}

func absoluteIn(path, folder string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

// content is that of a file of the project, which is on this machine.
func (e *remoteFiles) content(file string) ([]byte, bool) {
	for _, f := range e.files {
		if f.Filename == file && f.Content != nil {
			return f.Content, true
		}
	}
	content, err := readFile(file, nil)
	return content, err == nil
}

// copyOf is the path of the local copy; "": there is none yet.
func (e *remoteFiles) copyOf(reference string) string {
	if e == nil {
		return ""
	}
	if c, ok := e.copies[reference]; ok {
		return c.Path
	}
	return ""
}

// Dir is the folder that the paths of a remote file are relative to. compose-go
// asks with the reference, with the copy's path, or with a project directory.
func (e *remoteFiles) Dir(path string) string {
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

var _ loader.ResourceLoader = (*remoteFiles)(nil)

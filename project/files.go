package project

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

// The names a folder's Compose file and its override may have, preferred first.
var (
	fileNames     = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	overrideNames = []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"}
)

// stdin is the file name that stands for standard input.
const stdin = "-"

// source is where a project comes from, before its files are parsed.
type source struct {
	workDir  string // absolute: what relative arguments are relative to
	home     string // absolute: the project's folder on this machine, with .env
	dir      string // absolute: what paths in the files are relative to; home, or the folder of a remote file's copy
	files    []types.ConfigFile
	env      types.Mapping
	found    bool     // the files were not named but looked for
	envFiles []string // by --env-file or COMPOSE_ENV_FILES, absolute
	profiles []string

	warned      []string // about env files
	beforeParse func(bytes int)
	marks       int          // entries that the files take back; see marked
	remotes     *remoteFiles // remote files; nil before fetch
	streams     *Streams
	in          io.Reader // standard input; nil: nothing

	commands      map[string]bool       // that are written as one text, filled in
	expansion     limits.Expansion      // of the loader's
	wordsOnce     sync.Once             // guards words
	words         map[string]bool       // see fromVariables
	interpolation interpolation.Options // as the loader does it; set before it runs
}

// locate finds a project's files and its environment. The files are not fetched
// and read yet: see fetch and read. A source without files is no error here. With
// an error about an env file comes what is known without.
func locate(ctx context.Context, o Options, sink event.Sink) (*source, error) {
	s := &source{beforeParse: o.BeforeParse, workDir: o.WorkDir, streams: cmp.Or(o.Streams, &Streams{}), in: o.Stdin}
	if s.workDir == "" {
		wd, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		s.workDir = wd
	}
	s.env = environment(o.Environ, s.workDir)
	s.envFiles = s.explicitEnvFiles(o)
	start := s.projectDir(o.Dir, o.Files)
	s.adoptSettings(ctx, start)
	unread := s.readDotEnv(ctx, start, sink)
	names := s.fileNames(o, start, sink)
	for _, name := range names {
		s.files = append(s.files, types.ConfigFile{Filename: name})
	}
	s.home = s.projectDir(o.Dir, names)
	s.dir = s.home
	if unread == nil {
		unread = s.readDotEnv(ctx, s.home, sink)
	}
	s.profiles = activeProfiles(o.Profiles, s.env["COMPOSE_PROFILES"])
	return s, unread
}

// projectDir is the folder that relative paths of the files, .env and the
// project's name come from: the one asked for, else the first file's, else
// where the command was called. That is the one of a remote file, too.
func (s *source) projectDir(asked string, files []string) string {
	if asked != "" {
		return s.abs(asked)
	}
	for _, f := range files {
		if isRemote(f) {
			break
		}
		if f != stdin {
			return filepath.Dir(s.abs(f))
		}
	}
	return s.workDir
}

func (s *source) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(s.workDir, path)
}

// fileNames are the files to load, absolute, "-" or remote: by -f, else COMPOSE_FILE,
// else those with a default name in the folder or the nearest parent that has
// one. None found is no error.
func (s *source) fileNames(o Options, start string, sink event.Sink) []string {
	asked := o.Files
	if len(asked) == 0 {
		asked = s.filesOfEnvironment()
	}
	var names []string
	for _, name := range asked {
		if name != stdin && !isRemote(name) {
			name = s.abs(name)
		}
		names = append(names, name)
	}
	if len(names) > 0 {
		return names
	}
	s.found = true
	return discover(start, sink)
}

func (s *source) filesOfEnvironment() []string {
	if s.env["COMPOSE_FILE"] == "" {
		return nil
	}
	names := strings.Split(s.env["COMPOSE_FILE"], cmp.Or(s.env["COMPOSE_PATH_SEPARATOR"], string(os.PathListSeparator)))
	return slices.DeleteFunc(names, func(name string) bool { return name == "" }) // a.yml::b.yml
}

// discover looks for a Compose file and its override in dir, then its parents.
func discover(dir string, sink event.Sink) []string {
	for {
		if found := present(dir, fileNames); len(found) > 0 {
			names := []string{choose(found, "config", sink)}
			if overrides := present(dir, overrideNames); len(overrides) > 0 {
				names = append(names, choose(overrides, "override", sink))
			}
			return names
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
}

func present(dir string, names []string) []string {
	var found []string
	for _, name := range names {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			found = append(found, path)
		}
	}
	return found
}

// choose takes the preferred of several files and says so.
func choose(found []string, what string, sink event.Sink) string {
	if len(found) > 1 {
		warn(sink, fmt.Sprintf("Found multiple %s files with supported names: %s", what, strings.Join(found, ", ")))
		warn(sink, "Using "+found[0])
	}
	return found[0]
}

func warn(sink event.Sink, text string) {
	if sink != nil {
		sink(event.Message{Level: event.Warn, Text: text})
	}
}

// read fills in the files' contents, and refuses files beyond the limits.
func (s *source) read(ctx context.Context) error {
	if len(s.files) == 0 {
		return s.noFile()
	}
	size := 0
	for i := range s.files {
		f := &s.files[i]
		content, err := s.content(ctx, f.Filename)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return s.unreadable(f.Filename, err)
		}
		f.Content = document.InUTF8(content)
		size += len(content)
	}
	if s.beforeParse != nil {
		s.beforeParse(size)
	}
	return s.checkLimits()
}

func readFile(name string, in io.Reader) ([]byte, error) {
	content, err := readWhole(name, in)
	return document.InUTF8(content), err
}

// readWhole reads a file, or in where that is not nil, within the limit.
func readWhole(name string, in io.Reader) ([]byte, error) {
	if in == nil {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	if name == stdin {
		name = "standard input"
	}
	return limits.ReadBounded(in, name, limits.ComposeFileBytes)
}

// content reads a file, or what stands for one.
func (s *source) content(ctx context.Context, name string) ([]byte, error) {
	return s.streams.content(ctx, name, s.in)
}

func (s *source) unreadable(name string, err error) error {
	help := ""
	switch info, statErr := os.Stat(name); {
	case errors.Is(err, fs.ErrNotExist):
		help = fmt.Sprintf("relative names are looked up in %s", s.workDir)
		if near := present(filepath.Dir(name), fileNames); len(near) > 0 {
			help += fmt.Sprintf("; there is %s", s.shown(near[0]))
		}
	case errors.Is(err, fs.ErrPermission):
		help = "the user you are may not read it"
	case statErr == nil && info.IsDir():
		err = fmt.Errorf("%s is a directory", name)
		help = "name the file in it, or give the folder by --project-directory"
	}
	return hint.Wrap(fmt.Errorf("reading compose file: %w", err), help)
}

// noFile is the error for a folder without a Compose file.
func (s *source) noFile() error {
	help := "change to the project's folder, or name its file by -f FILE or COMPOSE_FILE"
	if overrides := present(s.dir, overrideNames); len(overrides) > 0 {
		help = fmt.Sprintf("there is %s, which only adds to one of these: give both by -f FILE -f %s", s.shown(overrides[0]), s.shown(overrides[0]))
	}
	return &hint.Error{
		Text: fmt.Sprintf("no configuration file provided: not found: looked for %s in %s and the folders above",
			strings.Join(fileNames, ", "), s.dir),
		Help: help,
		Err:  fs.ErrNotExist,
	}
}

// shown is a file's name for people: relative to where the command was called,
// if it is below.
func (s *source) shown(name string) string {
	rel, err := filepath.Rel(s.workDir, name)
	if name == stdin || err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return name
	}
	return rel
}

// names are the files' names, as they go into labels.
func (s *source) names() []string {
	names := make([]string, len(s.files))
	for i, f := range s.files {
		names[i] = f.Filename
	}
	return names
}

// activeProfiles are those of --profile, else of COMPOSE_PROFILES. Without any
// the empty one is on: files do say `profiles: ["", extra]`.
func activeProfiles(asked []string, setting string) []string {
	if len(asked) > 0 {
		return asked
	}
	profiles := strings.Split(setting, ",")
	for i, p := range profiles {
		profiles[i] = strings.TrimSpace(p)
	}
	return profiles
}

package build

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/moby/go-archive"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// packed is a build context on its way to the classic builder.
type packed struct {
	tar        io.ReadCloser // nil: the engine fetches the context itself
	dockerfile string        // its path within the context, with slashes
}

func (p packed) close() {
	if p.tar != nil {
		_ = p.tar.Close() // what was not read is not wanted
	}
}

// packContext archives the job's context, less what .dockerignore leaves out.
// The Dockerfile goes with it, wherever it is.
func packContext(j job) (packed, error) {
	if j.context.url != "" {
		if j.file.dir != "" || j.file.data != nil {
			return packed{}, hinted(errors.New("the classic builder doesn't support a Dockerfile outside of a remote context, set DOCKER_BUILDKIT=1 to use BuildKit"),
				"put the Dockerfile into the context")
		}
		return packed{dockerfile: j.file.name}, nil
	}
	file, err := placeDockerfile(j)
	if err != nil {
		return packed{}, err
	}
	excludes, err := ignorePatterns(j, file)
	if err != nil {
		return packed{}, err
	}
	if err := readable(j.context.dir, excludes); err != nil {
		return packed{}, err
	}
	stream, err := archive.TarWithOptions(j.context.dir, &archive.TarOptions{
		ExcludePatterns: excludes,
		ChownOpts:       &archive.ChownOpts{},
	})
	if err != nil {
		return packed{}, fmt.Errorf("archiving the build context: %w", err)
	}
	if file.data != nil {
		stream = archive.ReplaceFileTarWrapper(stream, map[string]archive.TarModifierFunc{
			file.name:  addFile(file.name, file.data),
			ignoreFile: hideFile(file.name),
		})
	}
	return packed{tar: stream, dockerfile: file.name}, nil
}

// ignoreFile is what the engine reads in the context it gets.
const ignoreFile = ".dockerignore"

func addFile(name string, data []byte) archive.TarModifierFunc {
	return func(string, *tar.Header, io.Reader) (*tar.Header, []byte, error) {
		return &tar.Header{Name: name, Mode: 0o600, Typeflag: tar.TypeReg}, data, nil
	}
}

// hideFile adds a line to the context's ignore file: the engine, having read the
// Dockerfile and the ignore file, takes both out of what COPY sees if they are
// named there. An ignore file that is here for that alone names itself too.
func hideFile(name string) archive.TarModifierFunc {
	return func(path string, h *tar.Header, content io.Reader) (*tar.Header, []byte, error) {
		var data []byte
		if h == nil {
			h = &tar.Header{Name: path, Mode: 0o600, Typeflag: tar.TypeReg}
			name = path + "\n" + name
		} else {
			var err error
			if data, err = io.ReadAll(content); err != nil {
				return nil, nil, err
			}
		}
		return h, append(data, "\n"+name+"\n"...), nil
	}
}

// placeDockerfile returns the Dockerfile by its name in the context. One that
// is not in there comes with its content and a name that nothing else has, which
// depends on the content alone so that the engine's cache is of use.
func placeDockerfile(j job) (dockerfile, error) {
	d := j.file
	if d.data == nil {
		path := filepath.Join(d.dir, d.name)
		rel, err := filepath.Rel(j.context.dir, path)
		if err == nil && filepath.IsLocal(rel) {
			return dockerfile{name: filepath.ToSlash(rel)}, nil
		}
		if d, err = readDockerfile(path, d.name); err != nil {
			return dockerfile{}, err
		}
	}
	d.name = ".dockerfile." + short(string(d.data))
	return d, nil
}

// ignorePatterns are the context's: of NAME.dockerignore beside the Dockerfile,
// else of .dockerignore. The Dockerfile stays in. So does .dockerignore, which
// the engine reads again; where the other file goes before it, it must not.
func ignorePatterns(j job, placed dockerfile) ([]string, error) {
	own, keep := placed.ignore, "!"+ignoreFile
	if own == nil && placed.data == nil {
		var err error
		if own, err = readIfThere(filepath.Join(j.context.dir, filepath.FromSlash(placed.name)+ignoreSuffix)); err != nil {
			return nil, err
		}
	}
	data := own
	if own != nil {
		keep = ignoreFile
	} else {
		var err error
		if data, err = readIfThere(filepath.Join(j.context.dir, ignoreFile)); err != nil {
			return nil, err
		}
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading .dockerignore: %w", err)
	}
	if len(patterns) == 0 && own == nil {
		return nil, nil
	}
	return append(patterns, keep, "!"+placed.name), nil
}

func readIfThere(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading %q: %w", path, err)
	}
	return data, nil
}

// readable finds what could not be archived before anything is sent: the
// archiver leaves such files out and logs it.
func readable(dir string, excludes []string) error {
	matcher, err := patternmatcher.New(excludes)
	if err != nil {
		return fmt.Errorf("reading .dockerignore: %w", err)
	}
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, walkErr error) error {
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		ignored, err := matcher.MatchesOrParentMatches(rel)
		if err != nil {
			return fmt.Errorf("applying .dockerignore: %w", err)
		}
		switch {
		case ignored && d != nil && d.IsDir() && !matcher.Exclusions():
			return filepath.SkipDir
		case ignored:
			return nil
		case walkErr != nil:
			return unreadable(walkErr)
		case !d.Type().IsRegular():
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return unreadable(err)
		}
		return f.Close()
	})
}

func unreadable(err error) error {
	return hinted(fmt.Errorf("the build context cannot be read: %w", err),
		"make it readable, or leave it out with a line in "+ignoreFile)
}

package build

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/compose-orchestrator/compose/hint"
)

// packedContext is a build context on its way to the classic builder.
type packedContext struct {
	*contextTar        // nil: the engine fetches the context itself
	dockerfile  string // its path within the context, with slashes
}

// packContext archives the job's context, less what .dockerignore leaves out.
// The Dockerfile goes with it, wherever it is. finish must be called.
func packContext(j job) (packedContext, error) {
	if j.context.url != "" {
		if j.file.dir != "" || j.file.data != nil {
			return packedContext{}, hint.New("the classic builder doesn't support a Dockerfile outside of a remote context, set DOCKER_BUILDKIT=1 to use BuildKit",
				"put the Dockerfile into the context")
		}
		return packedContext{dockerfile: j.file.name}, nil
	}
	file, err := placeDockerfile(j)
	if err != nil {
		return packedContext{}, err
	}
	patterns, err := ignorePatterns(j, file)
	if err != nil {
		return packedContext{}, err
	}
	excludes, err := patternmatcher.New(patterns)
	if err != nil {
		return packedContext{}, fmt.Errorf("reading %s: %w", ignoreFile, err)
	}
	a := archiver{dir: j.context.dir, excludes: excludes}
	if file.data != nil {
		a.extra = map[string][]byte{file.name: file.data}
		if a.extra[ignoreFile], err = ignoringDockerfile(j.context.dir, file.name); err != nil {
			return packedContext{}, err
		}
	}
	return packedContext{contextTar: a.start(), dockerfile: file.name}, nil
}

// ignoreFile is what the engine reads in the context it gets.
const ignoreFile = ".dockerignore"

// ignoringDockerfile is the context's ignore file with a line for the Dockerfile: the engine, having read
// the Dockerfile and the ignore file, takes both out of what COPY sees if they
// are named there. An ignore file that is here for that alone names itself too.
func ignoringDockerfile(dir, name string) ([]byte, error) {
	data, err := readIfThere(filepath.Join(dir, ignoreFile))
	if err != nil {
		return nil, err
	}
	if data == nil {
		data = []byte(ignoreFile)
	}
	return append(data, "\n"+name+"\n"...), nil
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

// ignorePatterns are the context's: of NAME.dockerignore in the Dockerfile's folder,
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
	data, err := readText(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading %q: %w", path, err)
	}
	return data, nil
}

package remote

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/ownership"
	"github.com/compose-orchestrator/compose/project"
)

// cache is the folder with the copies.
type cache struct{ dir string }

// own refuses a folder that others could have put copies into: the digest in a
// copy's name would not say what it holds.
// The folder above is the program's own, too, and decides what this one is.
func (c cache) own() error {
	for _, dir := range []string{filepath.Dir(c.dir), c.dir} {
		info, err := os.Stat(dir)
		if err == nil {
			err = ownership.Check(info)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return hint.Wrap(fmt.Errorf("the cache of remote files, %s, is not used: %w", dir, err),
				"remove it, or let XDG_CACHE_HOME name a folder of yours alone")
		}
	}
	return nil
}

// defaultNames are those of a Compose file in a folder, preferred first.
var defaultNames = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}

func (c cache) has(folder string) bool {
	info, err := os.Stat(filepath.Join(c.dir, folder))
	return err == nil && info.IsDir()
}

// fill makes a folder, unless it is there. It gets its name when it is
// complete.
func (c cache) fill(folder string, write func(*os.Root) error) (err error) {
	if err := errors.Join(os.MkdirAll(c.dir, 0o700), c.own()); err != nil || c.has(folder) {
		return err
	}
	fresh, err := os.MkdirTemp(c.dir, "new-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(fresh) // the first error is the one to report
		}
	}()
	root, err := os.OpenRoot(fresh)
	if err != nil {
		return err
	}
	if err := errors.Join(write(root), root.Close()); err != nil {
		return err
	}
	if err = os.Rename(fresh, filepath.Join(c.dir, folder)); err != nil && c.has(folder) {
		return os.RemoveAll(fresh) // another process was faster
	}
	return err
}

// copy finds the Compose file in a folder.
func (c cache) copy(from origin, revision string) (project.Copy, error) {
	dir := filepath.Join(c.dir, from.folder(revision))
	root, err := os.OpenRoot(dir)
	if err != nil {
		return project.Copy{}, err
	}
	defer root.Close()
	file, err := from.file(root)
	if err != nil {
		return project.Copy{}, err
	}
	return project.Copy{Root: dir, Path: filepath.Join(dir, filepath.FromSlash(file))}, nil
}

// composeFile is the path itself, or the Compose file in the folder that it
// names. Paths are slash-separated.
func composeFile(in *os.Root, at string) (string, error) {
	if at == "" {
		at = "."
	}
	info, err := in.Stat(filepath.FromSlash(at))
	if err != nil {
		return "", fmt.Errorf("looking for %s: %w", at, err)
	}
	if !info.IsDir() {
		return at, nil
	}
	for _, name := range defaultNames {
		file := path.Join(at, name)
		if _, err := in.Stat(filepath.FromSlash(file)); err == nil {
			return file, nil
		}
	}
	return "", hint.New(fmt.Sprintf("no Compose file in the folder %s of what was fetched", at), "name the file or its folder: URL.git#BRANCH:PATH")
}

package remote

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/regular"
)

// lockFile is the name of the file in a project's folder that pins what its
// references stand for.
const lockFile = "compose.lock.yaml"

// maxListBytes bounds a lock file and a trust file.
const maxListBytes = 1 << 20

const lockHeader = `# What the remote files of this project stand for, written when they were first
# used. A reference that comes to stand for something else is refused.
`

// lock is a lock file: the revision by reference.
type lock struct {
	path string
	pins map[string]string
}

// lockText is the file's form.
type lockText struct {
	Remote map[string]string `yaml:"remote"`
}

func readLock(dir string) (*lock, error) {
	l := &lock{path: filepath.Join(dir, lockFile), pins: map[string]string{}}
	text, err := regular.Read(l.path, maxListBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the lock file: %w", err)
	}
	var in lockText
	if err := yaml.Unmarshal(text, &in); err != nil {
		return nil, unreadable(l.path, err)
	}
	for key, pin := range in.Remote {
		ref, err := parse(key)
		if err != nil {
			return nil, unreadable(l.path, err)
		}
		// A revision becomes the name of a folder.
		if !ref.revises(pin) {
			return nil, unreadable(l.path, fmt.Errorf("%q is no revision of %q: a full commit or a sha256 digest is", pin, key))
		}
		l.pins[key] = pin
	}
	return l, nil
}

func unreadable(path string, err error) error {
	return hint.Wrap(fmt.Errorf("reading %s: %w", path, err), "docs/remote.md tells its form")
}

// pin is the revision of a reference, "" where none is known.
func (l *lock) pin(reference string, ref reference) string {
	if pin := l.pins[reference]; pin != "" {
		return pin
	}
	return ref.Revision
}

func (l *lock) has(reference string) bool { return l.pins[reference] != "" }

// add pins a reference. What others wrote meanwhile is kept.
func (l *lock) add(reference, revision string) error {
	fresh, err := readLock(filepath.Dir(l.path))
	if err != nil {
		return err
	}
	fresh.pins[reference] = revision
	var b bytes.Buffer
	b.WriteString(lockHeader + "remote:\n")
	for _, key := range slices.Sorted(maps.Keys(fresh.pins)) {
		fmt.Fprintf(&b, "  %q: %q\n", key, fresh.pins[key])
	}
	if err := replace(l.path, b.Bytes()); err != nil {
		return fmt.Errorf("writing the lock file: %w", err)
	}
	return nil
}

// replace writes a file that is whole at every instant.
func replace(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error is the one to report
	}
	return err
}

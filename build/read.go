package build

import (
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/moby/buildkit/session/secrets/secretsprovider"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/regular"
)

// bound is how much is read of a file.
type bound struct {
	bytes      int64
	text, help string // the same in words, and what to do about a file that has more
	open       func(path string) (*os.File, error)
}

var (
	// ofText is that of a Dockerfile and a .dockerignore. A pipe there is no text: nobody
	// may ever write to it.
	ofText = bound{16 << 20, "16 MiB", "is it the right file?", regular.Open}
	// ofSecret is BuildKit's.
	ofSecret = bound{secretsprovider.MaxSecretSize, "500 KiB", "BuildKit takes no larger secret", os.Open}
)

// readText reads a Dockerfile or .dockerignore.
func readText(path string) ([]byte, error) { return ofText.read(path) }

// read reads a file, or a pipe where it may be one.
func (b bound) read(path string) ([]byte, error) {
	f, err := b.open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, b.bytes+1))
	if err == nil && int64(len(data)) > b.bytes {
		return nil, hint.New(fmt.Sprintf("%s: more than %s", path, b.text), b.help)
	}
	return data, err
}

// checkEnds is an error about a pipe or a device: BuildKit, or a library, would wait for
// its end.
func checkEnds(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeDevice) != 0 {
		return &os.PathError{Op: "open", Path: path, Err: regular.ErrOther}
	}
	return nil
}

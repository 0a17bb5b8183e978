package build

import (
	"fmt"
	"io"
	"os"

	"github.com/moby/buildkit/session/secrets/secretsprovider"

	"github.com/compose-orchestrator/compose/hint"
)

// bound is how much is read of a file.
type bound struct {
	bytes      int64
	text, help string // the same in words, and what to do about a file that has more
}

var (
	// ofText is that of a Dockerfile and a .dockerignore.
	ofText = bound{16 << 20, "16 MiB", "is it the right file?"}
	// ofSecret is BuildKit's.
	ofSecret = bound{secretsprovider.MaxSecretSize, "500 KiB", "BuildKit takes no larger secret"}
)

// readText reads a Dockerfile or .dockerignore.
func readText(path string) ([]byte, error) { return ofText.read(path) }

// read reads a file or a pipe.
func (b bound) read(path string) ([]byte, error) {
	f, err := os.Open(path)
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

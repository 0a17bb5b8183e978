package build

import (
	"fmt"
	"io"
	"os"

	"github.com/compose-orchestrator/compose/hint"
)

// maxText bounds a Dockerfile and a .dockerignore, in bytes.
const maxText = 16 << 20

// readText reads a Dockerfile or .dockerignore.
func readText(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(data) > maxText {
		return nil, hint.New(fmt.Sprintf("%s: more than %d MiB", path, maxText>>20), "is it the right file?")
	}
	return data, err
}

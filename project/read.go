package project

import (
	"io"

	"github.com/compose-orchestrator/compose/hint"
)

// readBounded reads all of a file or pipe, and refuses what is larger than the
// limit without reading on.
func readBounded(r io.Reader, name string, most limit) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, int64(most.value)+1))
	if err != nil {
		return nil, err
	}
	if len(content) > most.value {
		return nil, hint.New(most.exceeded(name), most.help)
	}
	return content, nil
}

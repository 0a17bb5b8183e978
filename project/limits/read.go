package limits

import (
	"io"

	"github.com/compose-orchestrator/compose/hint"
)

// ReadBounded reads all of a file or pipe. What is larger than the limit, in bytes, is
// a *hint.Error that begins with name, and is not read on. Other errors are r's.
func ReadBounded(r io.Reader, name string, most Limit) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, int64(most.Value)+1))
	if err != nil {
		return nil, err
	}
	if len(content) > most.Value {
		return nil, hint.New(most.Exceeded(name), most.Help)
	}
	return content, nil
}

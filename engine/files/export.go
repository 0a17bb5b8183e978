package files

import (
	"context"
	"io"

	"github.com/compose-orchestrator/compose/engine/api"
)

// Export writes a container's files to w, as a tar archive. Its error is the engine's
// or w's.
func Export(ctx context.Context, c api.Reader, id string, w io.Writer) error {
	content, err := c.ContainerExport(ctx, id)
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.Copy(w, content)
	return err
}

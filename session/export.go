package session

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/compose-orchestrator/compose/engine/files"
)

// ExportTarget is where an export goes.
type ExportTarget struct {
	Name string // of the file; "": the program's output
	// Open is called once the container is found. Close keeps what was written,
	// Discard drops it.
	Open func() (ExportFile, error)
}

// ExportFile takes an export.
type ExportFile interface {
	io.WriteCloser
	Discard() error
}

// Export writes the files of a running container, as a tar archive. The error says that it
// does not run, or which of reading and writing failed; what was written is dropped then.
func (s *Session) Export(ctx context.Context, o FindOptions, to ExportTarget) error {
	c, err := s.find(ctx, o)
	if err != nil {
		return err
	}
	if s.DryRun {
		s.Would("export container " + c.Name)
		return nil
	}
	file, err := to.Open()
	if err != nil {
		return err
	}
	write := func() (string, error) {
		if err := files.Export(ctx, s.Reader, c.ID, file); err != nil {
			return "", errors.Join(fmt.Errorf("exporting container %s: %w", c.Name, err), file.Discard())
		}
		return "to " + to.Name, file.Close()
	}
	if to.Name == "" { // no progress beside the content
		_, err := write()
		return err
	}
	return s.task(c.Ref(), task{title: "Exporting", working: "Exporting", done: "Exported"}, write)
}

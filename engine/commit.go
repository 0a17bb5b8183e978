package engine

import (
	"context"

	"github.com/docker/docker/api/types/container"
)

// CommitOptions say what image is made of a container.
type CommitOptions struct {
	Reference       string   // REPOSITORY[:TAG]; "": none, the id is its name
	Author, Comment string   // of the image
	Changes         []string // instructions of a Dockerfile
	Running         bool     // the container is not paused meanwhile
}

// Commit makes an image of a container as it is and returns its id.
func Commit(ctx context.Context, c Client, id string, o CommitOptions) (image string, err error) {
	made, err := c.ContainerCommit(ctx, id, container.CommitOptions{
		Reference: o.Reference,
		Author:    o.Author,
		Comment:   o.Comment,
		Changes:   o.Changes,
		Pause:     !o.Running,
	})
	return made.ID, err
}

package files

import (
	"context"
	"slices"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/project"
)

// CommitOptions say what image is made of a container.
type CommitOptions struct {
	Reference       string   // REPOSITORY[:TAG]; "": none, the id is its name
	Author, Comment string   // of the image
	Changes         []string // instructions of a Dockerfile
	Running         bool     // the container is not paused meanwhile
}

// emptied are the labels that say what a container was given. An image of it
// goes to others: there they are empty, since the engine lets nobody leave a
// label of the container out.
// One instruction for each: Podman reads but one label of one.
var emptied = []string{
	`LABEL ` + project.LabelContentHash + `=""`, `LABEL ` + project.LabelProvided + `=""`, `LABEL ` + project.LabelFiles + `=""`,
	`LABEL ` + project.LabelDeployment + `=""`, `LABEL ` + project.LabelDeployedBy + `=""`, `LABEL ` + project.LabelPlan + `=""`,
}

// Commit makes an image of a container as it is and returns its id. Its error is the
// engine's.
func Commit(ctx context.Context, c api.Client, id string, o CommitOptions) (image string, err error) {
	made, err := c.ContainerCommit(ctx, id, container.CommitOptions{
		Reference: o.Reference,
		Author:    o.Author,
		Comment:   o.Comment,
		Changes:   slices.Concat(emptied, o.Changes),
		Pause:     !o.Running,
	})
	return made.ID, err
}

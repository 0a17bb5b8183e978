package observe

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/containerd/errdefs"

	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/internal/regular"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// maxCompared bounds a file that is compared, in bytes. No larger one is copied in.
const maxCompared = 64 << 20

// compareFiles compares the secrets and configs that were copied into a container with
// what it has now. Where the file's own contents changed, that is no change by hand.
func (x *examiner) compareFiles(ctx context.Context, found *planner.Container, copied []spec.CopiedFile, h *planner.ByHand) error {
	if len(copied) == 0 || found.Status == planner.Created { // its files come with its first start
		return nil
	}
	if had := found.Labels[project.LabelContentHash]; had != "" {
		want, err := project.ContentHash(x.o.Project, found.Service)
		if err != nil || project.ContentChanged(had, want) {
			return nil // the plan tells
		}
	}
	for _, f := range copied {
		if f.Source == fmt.Sprintf("config %q", project.APIConfig) {
			continue // credentials of the day
		}
		now, unread := x.contentOf(ctx, found.ID, f)
		kind, name, _ := strings.Cut(f.Source, " ")
		field := kind + "s." + strings.Trim(name, `"`)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case unread != nil:
			h.Unread = append(h.Unread, fmt.Sprintf("%s is not compared: %v", f.Source, unread))
		case now == nil:
			h.Files = append(h.Files, plan.FieldChange{Field: field, Old: "removed in the container", New: "as it was copied in"})
		case !bytes.Equal(now.content, now.asked):
			h.Files = append(h.Files, plan.FieldChange{Field: field, Old: "edited in the container", New: "as it was copied in"})
		}
	}
	return nil
}

// contents are a file's in a container, and what was copied there.
type contents struct{ content, asked []byte }

// contentOf reads a copied file in a container; nil: it is not there.
func (x *examiner) contentOf(ctx context.Context, id string, f spec.CopiedFile) (*contents, error) {
	asked := f.Content
	if f.From != "" {
		var err error
		if asked, err = regular.Read(f.From, maxCompared); err != nil {
			return nil, err
		}
	}
	archive, _, err := x.c.CopyFromContainer(ctx, id, f.Path)
	if errdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	r := tar.NewReader(archive)
	header, err := r.Next()
	if err != nil {
		return nil, err
	}
	if header.Typeflag != tar.TypeReg {
		return &contents{asked: append([]byte("another file: "), asked...)}, nil
	}
	content, err := io.ReadAll(io.LimitReader(r, int64(len(asked))+1))
	return &contents{content: content, asked: asked}, err
}

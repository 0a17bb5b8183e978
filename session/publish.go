package session

import (
	"context"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/project/publish"
)

// Publish sends the files of an artifact to a registry, and shows that. A dry run
// sends nothing, and says the same words. The error is the registry's.
func (s *Session) Publish(ctx context.Context, parts []project.Part, o publish.Options) error {
	ref := event.Ref{Kind: event.Artifact, Name: o.Repository}
	return s.task(ref, task{title: "Publishing", working: "publishing", done: "published"}, func() (string, error) {
		if s.DryRun {
			return "(dry run: nothing was sent)", nil
		}
		return "", publish.Push(ctx, parts, o)
	})
}

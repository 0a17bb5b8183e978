package session

import (
	"context"

	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// What listings are of. The fields are Docker Compose's.
type (
	// Listed is a container.
	Listed = list.Container
	// Endpoint is a published port, as people want to see it.
	Endpoint = list.Endpoint
	// UsedImage is an image, and a container that uses it.
	UsedImage = list.Image
	// ListedVolume is a volume.
	ListedVolume = list.Volume
	// ListedProject is a project at the engine.
	ListedProject = list.Project
	// ProjectsOptions say which projects are listed.
	ProjectsOptions = list.ProjectsOptions
	// GenerateOptions steer Connection.Generate.
	GenerateOptions = list.GenerateOptions
	// Stats is what a container uses, in words.
	Stats = list.Stats
	// Usage is what a container uses, in numbers.
	Usage = list.Usage
	// Happening is an event of a container.
	Happening = list.Event
	// HappeningsOptions say which events are shown.
	HappeningsOptions = list.EventsOptions
	// Size is that of a terminal.
	Size = process.Size
)

// BriefTime is a text with short words for times: "2 weeks ago" is "2w ago".
func BriefTime(text string) string { return list.BriefTime(text) }

// List lists the project's containers, whether they run or not, those of run among them.
// Its error, and those of the following, say that the engine does not answer.
func (s *Session) List(ctx context.Context) ([]Listed, error) {
	found, err := list.Containers(ctx, s.Reader, s.Name)
	if err != nil || s.Checks == nil || len(found) == 0 {
		return found, err
	}
	healths, err := s.Checks.Healths(ctx, project.LabelProject+"="+s.Name)
	for i := range found {
		found[i].SetHealth(healths[found[i].ID])
	}
	return found, err
}

// findHealth completes containers that were observed at an engine whose lists do not
// tell their health.
func (s *Session) findHealth(ctx context.Context, containers []planner.Container) error {
	if s.Checks == nil || len(containers) == 0 {
		return nil
	}
	healths, err := s.Checks.Healths(ctx, project.LabelProject+"="+s.Name)
	for i := range containers {
		if c := &containers[i]; c.Status == planner.Running && c.Health == planner.NoHealth {
			c.Health = planner.Health(healths[c.ID])
		}
	}
	return err
}

// Detail adds to containers what costs a call for each: restarts, and the health's age.
func (s *Session) Detail(ctx context.Context, containers []Listed) error {
	return list.Detail(ctx, s.Reader, containers)
}

// Endpoints are a container's published ports, each once. Addresses are those at which
// the engine's machine is reached from here.
func (s *Session) Endpoints(c Listed) []Endpoint {
	return list.Endpoints(c.Publishers, s.machine())
}

// machine is the name that the engine's machine is reached by from here.
func (s *Session) machine() string { return list.MachineOf(s.Reader.DaemonHost()) }

// UsedImages are those of services' containers; of all where none is named.
func (s *Session) UsedImages(ctx context.Context, services []string) ([]UsedImage, error) {
	return list.Images(ctx, s.Reader, s.Name, services)
}

// Volumes are the project's; those that services' containers mount where some are named.
func (s *Session) Volumes(ctx context.Context, services []string) ([]ListedVolume, error) {
	return list.Volumes(ctx, s.Reader, s.Name, services)
}

// Happenings hands on the events of the project's containers, other than those of run,
// until o.Until is reached or ctx ends. o.Project is not looked at. An error of show
// ends it, and is returned.
func (s *Session) Happenings(ctx context.Context, o HappeningsOptions, show func(Happening) error) error {
	o.Project = s.Name
	return list.Events(ctx, s.Reader, o, show)
}

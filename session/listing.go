package session

import (
	"context"

	"github.com/compose-orchestrator/compose/engine"
)

// What listings are of. The fields are Docker Compose's.
type (
	// Listed is a container.
	Listed = engine.Listed
	// Endpoint is a published port, as people want to see it.
	Endpoint = engine.Endpoint
	// UsedImage is an image, and a container that uses it.
	UsedImage = engine.UsedImage
	// ListedVolume is a volume.
	ListedVolume = engine.ListedVolume
	// ListedProject is a project at the engine.
	ListedProject = engine.ListedProject
	// ProjectsOptions say which projects are listed.
	ProjectsOptions = engine.ProjectsOptions
	// GenerateOptions steer Connection.Generate.
	GenerateOptions = engine.GenerateOptions
	// Stats is what a container uses, in words.
	Stats = engine.Stats
	// Usage is what a container uses, in numbers.
	Usage = engine.Usage
	// Happening is an event of a container.
	Happening = engine.Happening
	// HappeningsOptions say which events are shown.
	HappeningsOptions = engine.HappeningsOptions
	// Size is that of a terminal.
	Size = engine.Size
)

// List lists the project's containers, whether they run or not, those of run among them.
// Its error, and those of the following, say that the engine does not answer.
func (s *Session) List(ctx context.Context) ([]Listed, error) {
	return engine.List(ctx, s.Reader, s.Name)
}

// Detail adds to containers what costs a call for each: restarts, and the health's age.
func (s *Session) Detail(ctx context.Context, list []Listed) error {
	return engine.Detail(ctx, s.Reader, list)
}

// Endpoints are a container's published ports, each once. Addresses are those at which
// the engine's machine is reached from here.
func (s *Session) Endpoints(c Listed) []Endpoint {
	return engine.Endpoints(c.Publishers, s.machine())
}

// machine is the name that the engine's machine is reached by from here.
func (s *Session) machine() string { return engine.MachineOf(s.Reader.DaemonHost()) }

// UsedImages are those of services' containers; of all where none is named.
func (s *Session) UsedImages(ctx context.Context, services []string) ([]UsedImage, error) {
	return engine.UsedImages(ctx, s.Reader, s.Name, services)
}

// Volumes are the project's; those that services' containers mount where some are named.
func (s *Session) Volumes(ctx context.Context, services []string) ([]ListedVolume, error) {
	return engine.ListVolumes(ctx, s.Reader, s.Name, services)
}

// Happenings hands on the events of the project's containers, other than those of run,
// until o.Until is reached or ctx ends. o.Project is not looked at. An error of show
// ends it, and is returned.
func (s *Session) Happenings(ctx context.Context, o HappeningsOptions, show func(Happening) error) error {
	o.Project = s.Name
	return engine.Happenings(ctx, s.Reader, o, show)
}

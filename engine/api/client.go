// Package api is the part of the engine's API that this program uses, as interfaces:
// docker/docker's client has their methods.
package api

import (
	"context"
	"io"
	"net"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Reader is the part of the engine's API that changes nothing: what observations,
// listings and dry runs are given. Its methods are those of docker/docker's
// client.
type Reader interface {
	ClientVersion() string
	DaemonHost() string
	Close() error

	Ping(ctx context.Context) (types.Ping, error)
	Info(ctx context.Context) (system.Info, error)
	ServerVersion(ctx context.Context) (types.Version, error)
	Events(ctx context.Context, o events.ListOptions) (<-chan events.Message, <-chan error)

	ContainerList(ctx context.Context, o container.ListOptions) ([]container.Summary, error)
	ContainerInspect(ctx context.Context, id string) (container.InspectResponse, error)
	ContainerLogs(ctx context.Context, id string, o container.LogsOptions) (io.ReadCloser, error)
	ContainerTop(ctx context.Context, id string, arguments []string) (container.TopResponse, error)
	ContainerStats(ctx context.Context, id string, stream bool) (container.StatsResponseReader, error)
	ContainerStatPath(ctx context.Context, id, path string) (container.PathStat, error)
	ContainerWait(ctx context.Context, id string, c container.WaitCondition) (<-chan container.WaitResponse, <-chan error)
	ContainerExecInspect(ctx context.Context, execID string) (container.ExecInspect, error)
	ContainerExport(ctx context.Context, id string) (io.ReadCloser, error)
	CopyFromContainer(ctx context.Context, id, path string) (io.ReadCloser, container.PathStat, error)

	NetworkList(ctx context.Context, o network.ListOptions) ([]network.Summary, error)
	NetworkInspect(ctx context.Context, id string, o network.InspectOptions) (network.Inspect, error)
	VolumeList(ctx context.Context, o volume.ListOptions) (volume.ListResponse, error)
	VolumeInspect(ctx context.Context, name string) (volume.Volume, error)

	ImageList(ctx context.Context, o image.ListOptions) ([]image.Summary, error)
	ImageInspect(ctx context.Context, ref string, o ...client.ImageInspectOption) (image.InspectResponse, error)
	ImageHistory(ctx context.Context, ref string, o ...client.ImageHistoryOption) ([]image.HistoryResponseItem, error)
	DistributionInspect(ctx context.Context, ref, encodedAuth string) (registry.DistributionInspect, error)
}

// Client is all of the engine's API that this program uses: Reader and the
// calls that change something.
type Client interface {
	Reader

	ContainerCreate(ctx context.Context, c *container.Config, h *container.HostConfig, n *network.NetworkingConfig, p *ocispec.Platform, name string) (container.CreateResponse, error)
	ContainerStart(ctx context.Context, id string, o container.StartOptions) error
	ContainerStop(ctx context.Context, id string, o container.StopOptions) error
	ContainerRestart(ctx context.Context, id string, o container.StopOptions) error
	ContainerKill(ctx context.Context, id, signal string) error
	ContainerRemove(ctx context.Context, id string, o container.RemoveOptions) error
	ContainerRename(ctx context.Context, id, name string) error
	ContainerUpdate(ctx context.Context, id string, o container.UpdateConfig) (container.UpdateResponse, error)
	ContainerPause(ctx context.Context, id string) error
	ContainerUnpause(ctx context.Context, id string) error
	ContainerAttach(ctx context.Context, id string, o container.AttachOptions) (types.HijackedResponse, error)
	ContainerResize(ctx context.Context, id string, o container.ResizeOptions) error
	ContainerCommit(ctx context.Context, id string, o container.CommitOptions) (container.CommitResponse, error)
	ContainerExecCreate(ctx context.Context, id string, o container.ExecOptions) (container.ExecCreateResponse, error)
	ContainerExecStart(ctx context.Context, execID string, o container.ExecStartOptions) error
	ContainerExecAttach(ctx context.Context, execID string, o container.ExecAttachOptions) (types.HijackedResponse, error)
	ContainerExecResize(ctx context.Context, execID string, o container.ResizeOptions) error
	CopyToContainer(ctx context.Context, id, path string, content io.Reader, o container.CopyToContainerOptions) error

	NetworkCreate(ctx context.Context, name string, o network.CreateOptions) (network.CreateResponse, error)
	NetworkRemove(ctx context.Context, id string) error
	NetworkConnect(ctx context.Context, id, container string, config *network.EndpointSettings) error
	NetworkDisconnect(ctx context.Context, id, container string, force bool) error
	VolumeCreate(ctx context.Context, o volume.CreateOptions) (volume.Volume, error)
	VolumeRemove(ctx context.Context, name string, force bool) error

	ImagePull(ctx context.Context, ref string, o image.PullOptions) (io.ReadCloser, error)
	ImagePush(ctx context.Context, ref string, o image.PushOptions) (io.ReadCloser, error)
	ImageTag(ctx context.Context, source, target string) error
	ImageRemove(ctx context.Context, ref string, o image.RemoveOptions) ([]image.DeleteResponse, error)
	ImageLoad(ctx context.Context, tar io.Reader, o ...client.ImageLoadOption) (image.LoadResponse, error)
	ImageBuild(ctx context.Context, tar io.Reader, o build.ImageBuildOptions) (build.ImageBuildResponse, error)
	BuildCachePrune(ctx context.Context, o build.CachePruneOptions) (*build.CachePruneReport, error)

	// DialHijack opens a connection that the engine upgrades: BuildKit's way in.
	DialHijack(ctx context.Context, url, proto string, meta map[string][]string) (net.Conn, error)
}

var _ Client = (*client.Client)(nil)

// HealthChecker is what Docker's API lacks for an engine that tells less of health in its
// lists, and may leave the checks to others: Podman, which leaves them to systemd.
type HealthChecker interface {
	// CheckHealth runs a container's check once, and returns when it ended. The engine
	// keeps what came of it as it keeps all checks. The error is the engine's: the check
	// could not be run.
	CheckHealth(ctx context.Context, id string) error
	// Healths are those of the containers with a label ("key=value"), by id: "starting",
	// "healthy", "unhealthy", "" without a check. The error is the engine's.
	Healths(ctx context.Context, label string) (map[string]string, error)
}

// ReadOnly returns c without the means to change anything: not even a type
// assertion leads from the result back to c's other methods.
func ReadOnly(c Client) Reader { return readOnly{c} }

// readOnly embeds the interface and so has Reader's methods alone.
type readOnly struct{ Reader }

// Package spec says what the engine is asked for to make a service what the file says:
// containers, networks, volumes, hooks. It is pure and calls nothing.
package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/containerd/platforms"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// Request is everything the engine is asked for to make one container: the
// arguments of its create call, and what has to follow before the start.
type Request struct {
	Name       string
	Config     *container.Config
	Host       *container.HostConfig
	Networking *network.NetworkingConfig // nil with a network mode
	Platform   *ocispec.Platform         // nil: the engine's own
	// Connect are the networks to connect after the create, in order: all but
	// the first one on engines below API 1.44, whose create takes only one.
	Connect []connection
	// Files are copied into the container before it starts: secrets and configs
	// that cannot be bound. Sorted by path.
	Files []CopiedFile
	// FilesVolume is the volume that holds those files which the container's
	// own file system cannot take; "": none. It is filled before the start.
	FilesVolume string
	// Dropped are attributes in use that this engine cannot honour and that a
	// container can do without.
	Dropped []Drop
}

// Drop is an attribute that is left out.
type Drop struct {
	Attribute string // as users write it: "annotations"
	Why       string // "it needs API 1.43, that is Docker 24; this engine has API 1.41 (podman 4.3.1)"
}

// connection is a network that a container joins after its create.
type connection struct {
	Network  string // the engine's name of it
	Endpoint *network.EndpointSettings
}

// CopiedFile is a regular file to be written into a container.
type CopiedFile struct {
	// Source is the secret or config it comes from, as messages name it:
	// `secret "token"`.
	Source   string
	Path     string // absolute, in the container
	Content  []byte
	From     string // the file of this machine that has the content; "": Content
	UID, GID int    // ofUser: the one that the container runs as
	Mode     int64  // permission bits
	// Slot is the file's name in request.FilesVolume, which is mounted at Path;
	// "": the file is written to Path.
	Slot string
}

// OfUser stands for the uid or gid that the container runs with.
const OfUser = -1

// Binding is what a request depends on beyond the project: ids that the engine
// gave, what it can do, and what this machine adds. The zero value is a new
// container on a current engine.
type Binding struct {
	// ContainerID gives the id of the container whose namespaces or volumes a
	// service shares: network_mode, ipc, pid: service:X and volumes_from. "" or
	// a nil function: there is none, and Container refuses services that need one.
	ContainerID func(service string) string
	// Engine is the engine's name, "docker" or "podman", and Release its version, as
	// messages say them; "": unknown.
	Engine, Release string
	// APIVersion is the negotiated one; "": current.
	APIVersion string
	// OS is the engine's; "": linux.
	OS string
	// Credentials is a config.json with the user's credentials for registries,
	// for services with use_api_socket.
	Credentials string
	// ImageDigest is the identity of the service's image (planner.Image.Digest)
	// and goes into the image label; "": no such label.
	ImageDigest string
	// ImageVolumeDigests are the identities of images that the service mounts,
	// by reference.
	ImageVolumeDigests map[string]string
	// ReplacedID is the id of the container that this one is to replace: it
	// gets a temporary name and the label that says so. "": none.
	ReplacedID string
	// Inherited are anonymous volumes taken over from the replaced container:
	// the volume's name by target path.
	Inherited map[string]string
	// ProxyEnv are the proxy variables of docker's config.json; the service's
	// own environment goes before.
	ProxyEnv map[string]string
	// Provided are the variables of providers and models.
	Provided project.Provided
	// Seccomp holds the seccomp profiles that security_opt names, by the path
	// given there. A path without an entry is passed on as it is.
	Seccomp map[string]string
}

// Container maps replica number of a service to what the engine is asked for. It is
// pure: the same arguments give the same request, byte for byte. Errors name
// the service.
//
// The attributes that it does not apply are named by Unapplied.
func Container(p *project.Project, service string, number int, b Binding) (*Request, error) {
	p = p.WithProvided(service, b.Provided)
	s, ok := p.Services[service]
	if !ok {
		return nil, fmt.Errorf("no such service: %s", service)
	}
	sp := &spec{p: p, s: s, number: number, b: b, req: &Request{
		Config: &container.Config{},
		Host:   &container.HostConfig{},
	}}
	for _, part := range []func() error{
		sp.namespaces, // first: the config hash is taken with ids
		sp.identity,
		sp.apiSocket,
		sp.process,
		sp.oneOff,
		sp.health,
		sp.resources,
		sp.devices,
		sp.security,
		sp.windows,
		sp.ports,
		sp.networks,
		sp.mounts,
		sp.files,
	} {
		if err := part(); err != nil {
			return nil, fmt.Errorf("service %q: %w", service, err)
		}
	}
	return sp.req, nil
}

// spec is a request in the making.
type spec struct {
	p      *project.Project
	s      types.ServiceConfig // namespaces resolved to ids
	number int
	b      Binding
	req    *Request
}

// identity sets what the container is called and made from.
func (sp *spec) identity() error {
	c := sp.req.Config
	c.Image = sp.p.ImageSource(sp.p.ImageName(sp.s.Name))
	sp.req.Name = sp.finalName()
	if sp.b.ReplacedID != "" {
		sp.req.Name = TemporaryName(sp.b.ReplacedID, sp.req.Name)
	}
	labels, err := sp.labels()
	if err != nil {
		return err
	}
	c.Labels = labels
	return sp.platform()
}

// platform asks for the image of the service's platform.
func (sp *spec) platform() error {
	if name := ServicePlatform(sp.p, sp.s); name != "" {
		platform, err := platforms.Parse(name)
		if err != nil {
			return fmt.Errorf("reading platform %q: %w", name, err)
		}
		sp.req.Platform = &platform
	}
	return nil
}

// ServicePlatform is the platform that a service runs on, "" for the engine's.
func ServicePlatform(p *project.Project, s types.ServiceConfig) string {
	return cmp.Or(s.Platform, p.Environment["DOCKER_DEFAULT_PLATFORM"])
}

// since tells whether the engine's API is at least version.
func (sp *spec) since(version string) bool {
	return APISince(sp.b.APIVersion, version)
}

// APISince tells whether an API version is at least another; "" is current.
func APISince(have, want string) bool {
	return have == "" || versions.GreaterThanOrEqualTo(have, want)
}

// releases are the first versions of Docker with a version of the API.
var releases = map[string]string{
	"1.41": "20.10", "1.42": "23", "1.43": "24", "1.44": "25", "1.45": "26", "1.48": "28", "1.49": "28.1",
}

// require refuses an attribute that the engine is too old for.
func (sp *spec) require(attribute, version string) error { return sp.b.require(attribute, version) }

func (b Binding) require(attribute, version string) error {
	if APISince(b.APIVersion, version) {
		return nil
	}
	return hint.New(fmt.Sprintf("%s needs API %s, that is Docker %s; this engine has %s", attribute, version, releases[version], b.engine()),
		"use Docker "+releases[version]+" or later, or remove the attribute")
}

// engine is what this engine is, for a sentence: "API 1.41 (podman 4.3.1)".
func (b Binding) engine() string {
	if b.Engine == "" {
		return "API " + b.APIVersion
	}
	return "API " + b.APIVersion + " (" + strings.TrimSpace(b.Engine+" "+b.Release) + ")"
}

// drop notes an attribute that a container can do without.
func (sp *spec) drop(attribute, why string) {
	sp.req.Dropped = append(sp.req.Dropped, Drop{attribute, why})
}

// tooOld notes an attribute that came with a later version of the API.
func (sp *spec) tooOld(attribute, version string) {
	sp.drop(attribute, fmt.Sprintf("it needs API %s, that is Docker %s; this engine has %s", version, releases[version], sp.b.engine()))
}

// Lacks tells what an engine cannot do for a service and its hooks: attributes that it
// leaves out, and as an error the first that the service cannot be without. It is pure,
// and right whatever of the project exists.
func Lacks(p *project.Project, service string, b Binding) ([]Drop, error) {
	b.ContainerID = func(service string) string { return service }
	req, err := Container(p, service, 1, b)
	if err != nil {
		return nil, err
	}
	dropped := req.Dropped
	for i := range p.Services[service].PreStart {
		req, err := PreStart(p, service, 1, i, service, b)
		if err != nil {
			return nil, err
		}
		dropped = append(dropped, req.Dropped...)
	}
	return slices.Compact(dropped), nil
}

// TemporaryName is what a container is called while the one that it replaces
// still has the final name: twelve digits of that one's id in front.
func TemporaryName(replacedID, final string) string {
	return ShortID(replacedID) + "_" + final
}

// ShortID is the first twelve digits of the id of a container or an image.
func ShortID(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	if len(id) > 12 {
		return id[:12]
	}
	return id
}

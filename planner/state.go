// Package planner decides what has to be done: pure functions of a project and
// of what was observed, which return a plan. Same input, same bytes out; no
// clock, no I/O, no randomness.
package planner

import (
	"github.com/compose-orchestrator/compose/plan"
	"time"
)

// State is what was observed of the engine for one project.
type State struct {
	Engine     Engine
	Now        time.Time
	Containers []Container // by service, number, creation
	Networks   []Network
	Volumes    []Volume
	// Images are those the project's services use, by reference as the file
	// gives it (or the built image's name). A missing entry: the engine does
	// not have it.
	Images map[string]Image
}

// Engine describes the container engine as far as plans depend on it.
type Engine struct {
	Name       string // "docker", "podman"
	Version    string
	APIVersion string // the negotiated one, "1.51"
	OS, Arch   string
	Remote     bool   // its file system is not this machine's
	Host       string // where a remote one was found: "ssh://me@build"
}

// Status is a container's state in the engine's words.
type Status string

// The states of a container.
const (
	Created    Status = "created"
	Running    Status = "running"
	Paused     Status = "paused"
	Restarting Status = "restarting"
	Removing   Status = "removing"
	Exited     Status = "exited"
	Dead       Status = "dead"
)

// Runs tells whether a container has a process: it is running or paused.
func (s Status) Runs() bool { return s == Running || s == Paused }

// Active tells whether it runs, or the engine is about to start it again.
func (s Status) Active() bool { return s.Runs() || s == Restarting }

// Health is the state of a container's health check; "" where it has none.
type Health string

// The states of a health check.
const (
	NoHealth  Health = ""
	Starting  Health = "starting"
	Healthy   Health = "healthy"
	Unhealthy Health = "unhealthy"
)

// Container is one container of the project.
type Container struct {
	ID, Name, Service, Slug string
	Number                  int // 0: a one-off
	OneOff                  bool
	Status                  Status
	Health                  Health
	ExitCode                int // where Status is Exited or Dead
	Created                 time.Time
	// Hash, Image and ImageVolumes are the labels config-hash, image and
	// image-volume-digest.
	Hash, Image, ImageVolumes string
	// ImageID is the id of the image it runs.
	ImageID string
	// Networks are its endpoints: the network's name → id ("" where the engine
	// gives none, as for a container that never ran).
	Networks map[string]string
	// SharesNetwork is the id of the container whose network namespace it is in.
	SharesNetwork string
	Mounts        []Mount
	// Ports and Addresses are what it has while it runs: the host's ports that it
	// publishes, and its addresses on its networks.
	Ports     []Port
	Addresses []Address
	// Devices are the paths of the host's devices in it, known only where Drift
	// is; nil: not known.
	Devices []string
	// DependsOn is the label of that name: lets a project be taken down in
	// order without its file.
	DependsOn []Dependency
	// ReplaceOf is the label replace: this container was made to take another's
	// place and may still have its temporary name.
	ReplaceOf string
	// Labels are all of them.
	Labels map[string]string
	// Drift is desired against actual, compared only where the stored hash
	// differs; nil: not compared.
	Drift *Drift
	// ByHand is what an inspect tells of changes by hand; nil: there was no inspect.
	ByHand *ByHand
}

// Port is a port of the host that a container publishes.
type Port struct {
	Address  string // the host's; "": every one
	Number   int
	Protocol string // "tcp"
}

// Address is what a container is reached by on a network; "": there is none.
type Address struct{ Network, IP, MAC string }

// Dependency is one entry of the depends_on label: service:condition:restart.
type Dependency struct {
	Service, Condition string
	Restart            bool
	// Optional: what depends on it goes on without it. The label does not tell.
	Optional bool
}

// Mount is a mount of a container as the engine reports it.
type Mount struct {
	Type   string // "volume", "bind", "tmpfs", "image"
	Name   string // a volume's name
	Source string
	Target string
}

// Drift is the difference between what a service asks for and what the engine
// reports of its container.
type Drift struct {
	// Changes are the visible ones, by field; empty: nothing differs that a
	// container could show.
	Changes []plan.FieldChange
	// SameTool tells that this version of this program made the container, so
	// that a differing hash means a changed file and not another way to hash.
	SameTool bool
}

// ByHand is what somebody changed of a container after it was made, as far as a listing
// does not tell. Changes lead from what is to what the service asks for.
type ByHand struct {
	// Limits are those of resources, and the restart policy.
	Limits []plan.FieldChange
	// Remake: an update of the container does not bring the limits back.
	Remake bool
	// Networks are its aliases, addresses and options there, by the network's name.
	Networks map[string][]plan.FieldChange
	// Files are the secrets and configs that were copied in and are others now.
	Files []plan.FieldChange
	// Unread says what could not be compared, and why.
	Unread []string
	// Serves: it exposes ports or has a health check, so it is not meant to end.
	Serves bool
}

// Network is a network of the project, or one that it names as external.
type Network struct {
	ID, Name, Key string
	// Project is the label's; "" where the network was made by others.
	Project string
	Hash    string
	Driver  string
	// Subnets are those that it has, as "172.20.0.0/16"; Interfaces those of the
	// host that its options name (see NetworkInterfaces).
	Subnets, Interfaces []string
	// Unpublished: ports of what is on it are not published on the host. OwnAddresses:
	// its addresses are not given out by the engine, and may be those of others.
	Unpublished, OwnAddresses bool
	// Changes lead from what it is to what the file asks for, as far as it shows.
	Changes []plan.FieldChange
}

// Volume is a volume of the project, or one that it names as external.
type Volume struct {
	Name, Key, Project, Hash string
	// Stops is what a RecordStops keeps in it; nil: it is a volume of the file's.
	Stops []Stopped
	// Changes are as a Network's.
	Changes []plan.FieldChange
}

// Stopped is a container that a run took off the network Network, to put it on
// the new one of that name, or that it removed, to hand its anonymous volumes on
// to another one of the service.
type Stopped struct {
	ID      string            `json:"id"`
	Network string            `json:"network,omitempty"`
	Start   bool              `json:"start,omitempty"` // it ran
	Service string            `json:"service,omitempty"`
	Number  int               `json:"number,omitempty"`  // the other one's
	Volumes map[string]string `json:"volumes,omitempty"` // names by target
}

// Image is an image of the engine.
type Image struct {
	ID string
	// Digest is the identity that the containers' image label is compared with:
	// the platform's manifest where the engine tells (API 1.48), else the id.
	Digest  string
	Created time.Time
	// Pulled is when the engine last tagged it: for pull policies with an age.
	Pulled time.Time
	// Arch is the processor that it is for, as "amd64"; "": not known.
	Arch string
	// Service is the one that the image was built for, where there is no file.
	Service string
}

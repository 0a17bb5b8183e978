package project

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Versions that go into labels.
const (
	// CompatibleVersion is the version of Docker Compose whose files, names and
	// labels these are.
	CompatibleVersion = "5.5.0"
	// ToolVersion is this program's own.
	ToolVersion = "0.1.0"
)

// Labels under which tools around Compose find a project's resources. Their
// values are an interface: either tool takes over the other's project by them.
const (
	LabelPrefix = "com.docker.compose."

	LabelProject      = LabelPrefix + "project"             // the project's name
	LabelService      = LabelPrefix + "service"             // the service's
	LabelVersion      = LabelPrefix + "version"             // CompatibleVersion; never compared
	LabelConfigHash   = LabelPrefix + "config-hash"         // Hash, NetworkHash or VolumeHash
	LabelNumber       = LabelPrefix + "container-number"    // replica index from 1; absent on one-offs
	LabelOneOff       = LabelPrefix + "oneoff"              // exactly "True" or "False"
	LabelSlug         = LabelPrefix + "slug"                // random id, on one-offs
	LabelImage        = LabelPrefix + "image"               // digest of the image used
	LabelImageVolumes = LabelPrefix + "image-volume-digest" // target=digest of mounted images
	LabelDependsOn    = LabelPrefix + "depends_on"          // dependsOnLabel
	LabelReplace      = LabelPrefix + "replace"             // replaceName, on a replacement

	LabelWorkingDir  = LabelPrefix + "project.working_dir"      // absolute
	LabelConfigFiles = LabelPrefix + "project.config_files"     // absolute, comma-joined
	LabelEnvFiles    = LabelPrefix + "project.environment_file" // with --env-file only

	LabelNetwork = LabelPrefix + "network" // a network's key in the file
	LabelVolume  = LabelPrefix + "volume"  // a volume's
)

// Labels of this program alone. Other tools ignore them.
const (
	OwnLabelPrefix = "io.github.compose-orchestrator."

	// LabelToolVersion is ToolVersion: equal values hash alike.
	LabelToolVersion = OwnLabelPrefix + "version"
	// LabelContentHash is ContentHash: of secrets and configs, on containers of
	// services that use any. Images made by `commit` have it empty.
	LabelContentHash = OwnLabelPrefix + "content-hash"
	// LabelProvided is what providers and models gave to the container's
	// environment, see Provided.
	LabelProvided = OwnLabelPrefix + "provided"
	// LabelFiles is the volume with a container's secrets and configs, on
	// containers that have one. It goes with the container.
	LabelFiles = OwnLabelPrefix + "files"
	// LabelStops is what a run stopped to make a network anew and has not started
	// again, on a volume that holds nothing else and goes when it has.
	LabelStops = OwnLabelPrefix + "stops"

	// The deployment that made a container: its number, who called the command
	// ("alice@laptop"), and the id of its plan. They are never compared.
	LabelDeployment = OwnLabelPrefix + "deployment"
	LabelDeployedBy = OwnLabelPrefix + "deployed-by"
	LabelPlan       = OwnLabelPrefix + "plan"
)

// Values of LabelOneOff.
const (
	OneOffTrue  = "True"
	OneOffFalse = "False"
)

// Instance is what a container's labels say in addition to its service's definition.
type Instance struct {
	Number int    // replica index from 1; 0: a one-off
	Slug   string // random id of a one-off
	// Hash is the result of Project.Hash. A container without it is invisible
	// to Docker Compose.
	Hash         string
	Image        string // digest of the image
	ImageVolumes string // target=digest of mounted images, sorted, comma-joined
	Contents     string // the result of ContentHash
	Provided     string // the result of Provided.Label
	Replaces     bool   // it takes another's place and has a temporary name
}

// ContainerLabels are all labels of a service's container: those of the file
// and those that tools find the project by, which win.
func (p *Project) ContainerLabels(service string, in Instance) map[string]string {
	s := p.Definition(service)
	labels := GivenLabels(s.Labels)
	p.identify(labels)
	labels[LabelService] = service
	labels[LabelWorkingDir] = p.WorkingDir
	labels[LabelConfigFiles] = strings.Join(p.ComposeFiles, ",")
	labels[LabelDependsOn] = p.dependsOnLabel(service)
	labels[LabelConfigHash] = in.Hash
	labels[LabelOneOff] = OneOffTrue
	if in.Number > 0 {
		labels[LabelOneOff] = OneOffFalse
		labels[LabelNumber] = strconv.Itoa(in.Number)
	}
	optional := map[string]string{
		LabelSlug:         in.Slug,
		LabelImage:        in.Image,
		LabelImageVolumes: in.ImageVolumes,
		LabelContentHash:  in.Contents,
		LabelProvided:     in.Provided,
		LabelEnvFiles:     strings.Join(p.EnvFiles, ","),
	}
	if in.Replaces {
		optional[LabelReplace] = p.replaceName(service, in.Number)
	}
	for label, value := range optional {
		if value != "" {
			labels[label] = value
		}
	}
	return labels
}

// ReplicaNumber reads LabelNumber of a container's labels: 0 on one-offs, and where it
// is no replica's.
func ReplicaNumber(labels map[string]string) int {
	n, err := strconv.Atoi(labels[LabelNumber])
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// GivenLabels are the labels that a file gives, as a map of their own, without those
// that begin with OwnLabelPrefix: this program believes what these say of earlier
// calls, such as which volumes a container had, and a file's author may say anything.
func GivenLabels(labels map[string]string) map[string]string {
	given := make(map[string]string, len(labels)+16)
	for label, value := range labels {
		if !strings.HasPrefix(label, OwnLabelPrefix) {
			given[label] = value
		}
	}
	return given
}

// HookLabels are those of the container that a pre_start hook of the service
// runs in: by them it is the project's, and none of the service's replicas.
func (p *Project) HookLabels(service string) map[string]string {
	labels := map[string]string{LabelService: service}
	p.identify(labels)
	return labels
}

// dependsOnLabel is a service's dependencies as their label has them, sorted:
// "db:service_healthy:false,cache:service_started:true" is service, condition
// and whether a restart of the dependency restarts the service.
func (p *Project) dependsOnLabel(service string) string {
	on := p.Definition(service).DependsOn
	parts := make([]string, 0, len(on))
	for _, name := range slices.Sorted(maps.Keys(on)) {
		parts = append(parts, fmt.Sprintf("%s:%s:%t", name, on[name].Condition, on[name].Restart))
	}
	return strings.Join(parts, ",")
}

// NetworkLabels are all labels of the network with that key in the file; hash
// is the result of NetworkHash.
func (p *Project) NetworkLabels(key, hash string) map[string]string {
	return p.resource(GivenLabels(p.Networks[key].Labels), LabelNetwork, key, hash)
}

// VolumeLabels are all labels of the volume with that key in the file; hash is
// the result of VolumeHash.
func (p *Project) VolumeLabels(key, hash string) map[string]string {
	return p.resource(GivenLabels(p.Volumes[key].Labels), LabelVolume, key, hash)
}

// ImageLabels are the labels of an image that is built for the service, without
// those of its build section.
func (p *Project) ImageLabels(service string) map[string]string {
	return map[string]string{
		LabelProject: p.Name,
		LabelService: service,
		LabelVersion: CompatibleVersion,
	}
}

func (p *Project) resource(labels map[string]string, kind, key, hash string) map[string]string {
	p.identify(labels)
	labels[kind] = key
	labels[LabelConfigHash] = hash
	return labels
}

func (p *Project) identify(labels map[string]string) {
	labels[LabelProject] = p.Name
	labels[LabelVersion] = CompatibleVersion
	labels[LabelToolVersion] = ToolVersion
}

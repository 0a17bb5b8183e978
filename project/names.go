package project

import (
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// slugLength is how much of a one-off's random id is in its name.
const slugLength = 12

// separator stands between the parts of container and image names: "-", or "_"
// in compatibility mode. Networks and volumes always have "_".
func (p *Project) separator() string {
	if p.Compatibility {
		return "_"
	}
	return "-"
}

// ContainerName is the final name of a service's replica: container_name, or
// <project>-<service>-<number>.
func (p *Project) ContainerName(service string, number int) string {
	if p.IsOneOff(service, number) {
		return p.OneOff.containerName(p)
	}
	if name := p.Definition(service).ContainerName; name != "" {
		return name
	}
	return p.joined(p.Name, service, strconv.Itoa(number))
}

// IsOneOff tells whether the replica is the project's one-off.
func (p *Project) IsOneOff(service string, number int) bool {
	return p.OneOff != nil && p.OneOff.Service == service && number == 0
}

// replaceName is the value of LabelReplace on a container that was made to take
// another's place: container_name, or <service>-<number>, without the project.
func (p *Project) replaceName(service string, number int) string {
	if name := p.Definition(service).ContainerName; name != "" {
		return name
	}
	return p.joined(service, strconv.Itoa(number))
}

// oneOffName is the name of the container of a `run`: slug is its random id, of
// which the first 12 characters count.
func (p *Project) oneOffName(service, slug string) string {
	return p.joined(p.Name, service, "run", slug[:min(len(slug), slugLength)])
}

// ImageName is the reference of the image a service runs: image, or
// <project>-<service> where the service is built without naming one.
func (p *Project) ImageName(service string) string {
	if image := p.Definition(service).Image; image != "" {
		return image
	}
	return p.joined(p.Name, service)
}

func (p *Project) joined(parts ...string) string {
	return strings.Join(parts, p.separator())
}

// Definition is a service as the file has it, selected or not; an unknown one is
// zero.
func (p *Project) Definition(service string) types.ServiceConfig {
	if s, ok := p.Services[service]; ok {
		return s
	}
	return p.DisabledServices[service]
}

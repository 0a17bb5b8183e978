package project

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/distribution/reference"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/diagnostic"
)

// Use is an image that a Dockerfile takes from and that the build of another service
// of the project makes.
type Use struct {
	Service string // whose build makes it
	Image   string // as the Dockerfile names it, with its arguments put in
	Place   string // where: "web/Dockerfile:3", as seen from the project's folder
	Inline  bool   // that is in the Compose file
}

// CanonicalImage is the one spelling of a reference: "docker.io/library/web:latest"
// for "web". What is no reference stays as it is.
func CanonicalImage(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return reference.TagNameOnly(named).String()
}

// Maker is the service whose build makes an image, selected or not, and whatever the
// spelling; "": none here does. A service's name for its image goes before further
// tags, and of several the first by name. self makes its own image and nobody
// else's copy of it: it takes that name from a registry, as in FROM nginx for an
// image called nginx.
func (p *Project) Maker(image, self string) string {
	wanted := CanonicalImage(image)
	if p.makes(self, wanted) > 0 {
		return ""
	}
	best, by := 0, ""
	for _, services := range []types.Services{p.Services, p.DisabledServices} {
		for _, name := range slices.Sorted(maps.Keys(services)) {
			if n := p.makes(name, wanted); n > best {
				best, by = n, name
			}
		}
	}
	return by
}

// makes tells how a service's build names an image: 2 by its name, 1 by a tag, 0 not.
func (p *Project) makes(service, canonical string) int {
	b := p.Definition(service).Build
	switch {
	case b == nil:
		return 0
	case CanonicalImage(p.ImageName(service)) == canonical:
		return 2
	case slices.ContainsFunc(b.Tags, func(tag string) bool { return CanonicalImage(tag) == canonical }):
		return 1
	}
	return 0
}

// WithUses returns the project with what the Dockerfiles of builds say of each other's
// images, by service. A *hint.Error names the lines of builds that wait for each other.
func (p *Project) WithUses(uses map[string][]Use) (*Project, error) {
	c := p.copy()
	c.uses = uses
	all := maps.Clone(p.DisabledServices)
	if all == nil {
		all = types.Services{}
	}
	maps.Copy(all, p.Services)
	around := cycle(all, func(s types.ServiceConfig) []string { return c.BuiltFirst(s.Name) })
	if around == nil {
		return c, nil
	}
	text := make([]string, len(around)-1)
	for i, name := range around[:len(around)-1] {
		text[i] = "\n" + c.edge(name, around[i+1])
	}
	return nil, hint.New("cycle of builds detected: "+strings.Join(around, " -> ")+strings.Join(text, ""),
		"one of them has to take an image that is not built here, or a stage of its own")
}

// Uses are the images of other services that a service's Dockerfile takes from, as
// WithUses was given them.
func (p *Project) Uses(service string) []Use { return p.uses[service] }

// BuiltFirst are the services whose images a build takes, for whatever reason, sorted.
func (p *Project) BuiltFirst(service string) []string {
	needs := p.BuildNeeds(service)
	for _, u := range p.uses[service] {
		needs = append(needs, u.Service)
	}
	slices.Sort(needs)
	return slices.Compact(needs)
}

// edge says where a service's build asks for the image of another one.
func (p *Project) edge(service, needs string) string {
	for _, u := range p.uses[service] {
		if u.Service == needs {
			place := u.Place
			if at := p.placeOf("services", service, "build", "dockerfile_inline"); at != "" && u.Inline {
				place = fmt.Sprintf("%s (%s)", at, place)
			}
			return fmt.Sprintf("%s: %s takes %s, the image of %s", place, service, u.Image, needs)
		}
	}
	place := "additional_contexts"
	for key, value := range p.Definition(service).Build.AdditionalContexts {
		if at := p.placeOf("services", service, "build", "additional_contexts", key); value == types.ServicePrefix+needs {
			place = cmp.Or(at, place)
		}
	}
	return fmt.Sprintf("%s: %s takes the image of %s", place, service, needs)
}

// placeOf is where the files have a key: "compose.yaml:3"; "" where it is in none.
func (p *Project) placeOf(path ...string) string {
	if p.source == nil {
		return ""
	}
	at := diagnostic.Files{Documents: readDocuments(p.source)}.Position(path...)
	if at.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", p.source.shown(at.File.Name), at.Line)
}

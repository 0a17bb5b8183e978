package project

import (
	"maps"

	"github.com/distribution/reference"
)

// WithPins is the project whose images are others than those that its references name
// now, as of an earlier deployment: sources by reference (see ImageName), each an id at
// the engine, or "nginx@sha256:..." for a registry. Hashes and labels are as without.
func (p *Project) WithPins(sources map[string]string) *Project {
	c := p.copy()
	c.pins = maps.Clone(sources)
	return c
}

// ImageSource is what a reference's image is asked for by at the engine: the reference,
// where WithPins says nothing else.
func (p *Project) ImageSource(ref string) string {
	if source, ok := p.pins[ref]; ok {
		return source
	}
	return ref
}

// SameRepository tells whether two references are of one repository, whatever their tags,
// digests and spelling.
func SameRepository(a, b string) bool {
	x, err := reference.ParseNormalizedNamed(a)
	if err != nil {
		return false
	}
	y, err := reference.ParseNormalizedNamed(b)
	return err == nil && x.Name() == y.Name()
}

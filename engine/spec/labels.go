package spec

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project"
)

// finalName is the container's name once nothing else has it.
func (sp *spec) finalName() string {
	return sp.p.ContainerName(sp.s.Name, sp.number)
}

// labels are all of the container's. The hash is taken with the ids of the
// containers whose namespaces are shared: another parent is another container.
func (sp *spec) labels() (map[string]string, error) {
	hash, err := sp.p.Hash(sp.s.Name, sp.b.ContainerID)
	if err != nil {
		return nil, err
	}
	contents, err := project.ContentHash(sp.p, sp.s.Name)
	if err != nil {
		return nil, err
	}
	given, err := sp.b.Provided.Label()
	if err != nil {
		return nil, err
	}
	return sp.p.ContainerLabels(sp.s.Name, project.Instance{
		Number:       sp.number,
		Slug:         sp.slug(),
		Hash:         hash,
		Image:        sp.b.ImageDigest,
		ImageVolumes: sp.imageVolumes(),
		Contents:     contents,
		Provided:     given,
		Replaces:     sp.b.ReplacedID != "",
	}), nil
}

// imageVolumes lists target=digest of the images that are mounted, sorted.
func (sp *spec) imageVolumes() string {
	var mounted []string
	for _, v := range sp.s.Volumes {
		if v.Type != types.VolumeTypeImage {
			continue
		}
		if digest := sp.b.ImageVolumeDigests[v.Source]; digest != "" {
			mounted = append(mounted, v.Target+"="+digest)
		}
	}
	slices.Sort(mounted)
	return strings.Join(mounted, ",")
}

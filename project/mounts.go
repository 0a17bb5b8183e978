package project

import (
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// MountsFolder tells whether a service mounts the project's folder or something
// below it.
func (p *Project) MountsFolder(service string) bool {
	return slices.ContainsFunc(p.Services[service].Volumes, func(v types.ServiceVolumeConfig) bool {
		rel, err := filepath.Rel(p.WorkingDir, v.Source)
		return v.Type == types.VolumeTypeBind && err == nil && filepath.IsLocal(rel)
	})
}
